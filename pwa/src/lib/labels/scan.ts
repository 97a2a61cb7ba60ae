/** Reading a QR in an image, on the tablet and without network. The reader is fetched when it is first used. */
import reader from "zxing-wasm/reader/zxing_reader.wasm?url";

/** The text of the QR in `image`, or `null` when none can be read. */
export async function scanQr(image: ImageData | Blob): Promise<string | null> {
  const { prepareZXingModule, readBarcodes } = await import("zxing-wasm/reader");
  // By default the reader is fetched from somebody else's servers: ours lies beside the application.
  await prepareZXingModule({ overrides: { locateFile: () => reader }, fireImmediately: true });
  const found = await readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true });
  const [code] = found.filter(({ isValid }) => isValid);
  return code === undefined || code.text === "" ? null : code.text;
}
