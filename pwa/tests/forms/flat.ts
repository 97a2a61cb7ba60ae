/** The shared vectors and published forms, read from the project's files. */
import { readFileSync } from "node:fs";

export { AUTHOR, type FlatAnswer, type FlatAnswers, type FlatValue, flatValue, native } from "./native";

const root = new URL("../../../", import.meta.url);

/** A vector file, trusted: it is ours. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`tests/vectors/forms/${name}`, root), "utf-8")) as T;
}

/** The text of a published form. */
export function published(name: string): string {
  return readFileSync(new URL(`forms/definitions/${name}`, root), "utf-8");
}

/** The text of the table of communes. */
export function communesCsv(): string {
  return readFileSync(new URL("forms/data/communes_fr.csv", root), "utf-8");
}
