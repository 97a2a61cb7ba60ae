/** Device files of spirometry: read, bounded, and kept as the compact curves of a record. */
export {
  type Curves,
  duration,
  MOST_POINTS,
  MOST_TRIALS,
  peakFlow,
  pointsOf,
  readCurves,
  type Trial,
  writeCurves,
} from "./curves";
export { type FileRefusal, SpirometerFileRefused } from "./errors";
export { type DeviceFile, MOST_BYTES, readDeviceFile } from "./read";
