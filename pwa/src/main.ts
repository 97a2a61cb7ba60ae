/**
 * Where the tablet's application starts.
 *
 * Order matters: durability is made strict before any database opens, and the enrolment link leaves the address bar
 * before anything else runs.
 */
import "./styles/base.css";
import { mount } from "svelte";
import { enforceStrictDurability } from "$lib/store/durability";
import App from "./App.svelte";
import { takeLink } from "./app/link";
import { Tablet } from "./app/tablet.svelte";

enforceStrictDurability();
const link = takeLink(window);
const target = document.getElementById("app");
if (target !== null) mount(App, { target, props: { tablet: new Tablet(window), link } });
