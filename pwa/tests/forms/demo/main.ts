/** A page to look at the form components by themselves; served by `vite dev`, never built. */
import { mount } from "svelte";
import "../../../src/styles/base.css";
import Demo from "./Demo.svelte";

const target = document.getElementById("app");
if (target) mount(Demo, { target });
