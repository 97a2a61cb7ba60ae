/** The version of the tablet's application, from package.json at build time: part of what a record states. */
declare const __ESCALE_VERSION__: string;

/** For instance `0.1.0`. */
export const VERSION: string = __ESCALE_VERSION__;
