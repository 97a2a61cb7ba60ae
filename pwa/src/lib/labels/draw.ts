/** A QR as an image. The writer is fetched when it is first used, by screens that need a network anyway. */
import writer from "zxing-wasm/writer/zxing_writer.wasm?url";

/** The QR that says `text`, as the address of an image (`data:`). Raises what the writer raises. */
export async function drawQr(text: string): Promise<string> {
  const { prepareZXingModule, writeBarcode } = await import("zxing-wasm/writer");
  await prepareZXingModule({ overrides: { locateFile: () => writer }, fireImmediately: true });
  const { svg, error } = await writeBarcode(text, { format: "QRCode", options: "ecLevel=M", scale: 8 });
  if (error !== "") throw new Error(error);
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
