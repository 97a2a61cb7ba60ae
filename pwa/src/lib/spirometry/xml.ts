/**
 * A strict reader of small XML documents: elements, attributes, text, CDATA; comments and instructions are skipped.
 *
 * A document type declaration is refused, and with it every entity but the five of XML and numeric ones: a file from
 * outside can neither expand without end nor name another file. Nesting and the number of elements are bounded.
 */
import { SpirometerFileRefused } from "./errors";

/** One element; `name` is without its prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

const DEEPEST = 40;
const MOST_ELEMENTS = 100_000;
const NAME = "[\\p{L}_][\\p{L}\\p{N}_.:-]*";
const TOKEN = new RegExp(
  [
    "<!--[\\s\\S]*?-->",
    "<!\\[CDATA\\[(?<cdata>[\\s\\S]*?)\\]\\]>",
    "<\\?[\\s\\S]*?\\?>",
    `</(?<close>${NAME})\\s*>`,
    `<(?<open>${NAME})(?<attributes>(?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(?<empty>/?)>`,
    "(?<text>[^<]+)",
  ].join("|"),
  "uy",
);
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')`, "gu");
const PREDEFINED: Readonly<Record<string, string>> = { amp: "&", apos: "'", gt: ">", lt: "<", quot: '"' };

interface Open {
  readonly qualified: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** The root element of `source`. @throws SpirometerFileRefused `entities`, `broken` */
export function readXml(source: string): XmlElement {
  if (/<!DOCTYPE|<!ENTITY/i.test(source)) throw new SpirometerFileRefused("entities");
  const document: Open = { qualified: "", attributes: new Map(), children: [], text: "" };
  const stack: Open[] = [document];
  let elements = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const groups = TOKEN.exec(source)?.groups;
    const top = stack.at(-1);
    if (groups === undefined || top === undefined) throw new SpirometerFileRefused("broken");
    const { cdata, close, open, attributes, empty, text } = groups;
    if (text !== undefined) top.text += unescape(text);
    else if (cdata !== undefined) top.text += cdata;
    else if (open !== undefined) {
      elements += 1;
      if (elements > MOST_ELEMENTS || stack.length > DEEPEST) throw new SpirometerFileRefused("broken");
      stack.push({ qualified: open, attributes: readAttributes(attributes ?? ""), children: [], text: "" });
      if (empty !== "") closeTop(stack, open);
    } else if (close !== undefined) closeTop(stack, close);
  }
  const [root, ...others] = document.children;
  if (stack.length !== 1 || root === undefined || others.length > 0 || document.text.trim() !== "") {
    throw new SpirometerFileRefused("broken");
  }
  return root;
}

function closeTop(stack: Open[], qualified: string): void {
  const done = stack.pop();
  const parent = stack.at(-1);
  if (done?.qualified !== qualified || parent === undefined) throw new SpirometerFileRefused("broken");
  const { attributes, children, text } = done;
  parent.children.push({ name: local(qualified), attributes, children, text: text.trim() });
}

function local(qualified: string): string {
  return qualified.slice(qualified.indexOf(":") + 1);
}

function readAttributes(source: string): ReadonlyMap<string, string> {
  return new Map(
    [...source.matchAll(ATTRIBUTE)].map(([, name = "", double, single]) => [
      local(name),
      unescape(double ?? single ?? ""),
    ]),
  );
}

function unescape(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));?/gi, (whole, hex, decimal, name) => {
    if (!whole.endsWith(";")) throw new SpirometerFileRefused("broken");
    if (typeof name === "string") {
      const character = PREDEFINED[name];
      if (character === undefined) throw new SpirometerFileRefused("entities");
      return character;
    }
    const point = typeof hex === "string" ? parseInt(hex, 16) : Number(decimal);
    if (point === 0 || point > 0x10ffff) throw new SpirometerFileRefused("broken");
    return String.fromCodePoint(point);
  });
}

/** The first child of `element` with this name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((each) => each.name === name);
}

/** Every element below `element` with this name, in the order of the document. */
export function below(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((each) => [...(each.name === name ? [each] : []), ...below(each, name)]);
}
