/** A page to look at the form components by themselves; served by `vite dev`, never built. */
import { mount } from "svelte";
import "../../../src/styles/base.css";
import { applyTheme, readTheme } from "$lib/platform/theme";
import Demo from "./Demo.svelte";

applyTheme(readTheme());

const target = document.getElementById("app");
if (target) mount(Demo, { target });
