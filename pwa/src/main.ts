/**
 * Where the tablet's application starts.
 *
 * Order matters: durability is made strict before any database opens, and the enrolment link leaves the address bar
 * before anything else runs.
 */
import "./styles/base.css";
import { mount } from "svelte";
import { language as spoken, speak } from "$i18n/index";
import { readLanguage } from "$lib/platform/language";
import { applyTheme, readTheme } from "$lib/platform/theme";
import { enforceStrictDurability } from "$lib/store/durability";
import App from "./App.svelte";
import { readLink, takeLink } from "./app/link";
import { Tablet } from "./app/tablet.svelte";

enforceStrictDurability();
applyTheme(readTheme());
const link = takeLink(window);
// A card opened where Escale already runs only changes the fragment: it is read as on a first opening.
window.addEventListener("hashchange", () => {
  if (readLink(window.location.hash).kind !== "none") window.location.reload();
});
const target = document.getElementById("app");
// French is there at once; whoever chose English reads French where English cannot be fetched.
const language = readLanguage();
if (language !== "fr") await speak(language).catch(() => undefined);
document.documentElement.lang = spoken();
if (target !== null) mount(App, { target, props: { tablet: new Tablet(window), link } });
