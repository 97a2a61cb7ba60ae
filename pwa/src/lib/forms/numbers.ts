/** Decimal numbers as people write them, and rounding half up before any threshold. */

/** `value` to `decimals` places, halves up (towards +∞), whatever binary fraction stands for the decimal one. */
export function roundHalfUp(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.floor(Number((value * scale).toPrecision(15)) + 0.5) / scale;
}

/** How many decimals `value` is written with. */
export function decimalsOf(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1] ?? "").length - Number(exponent));
}

/** The number `text` writes, with a decimal comma or point; null when it writes none. */
export function parseNumber(text: string): number | null {
  const plain = text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  return /^[+-]?(\d{1,12}(\.\d{0,6})?|\.\d{1,6})$/.test(plain) ? Number(plain) : null;
}
