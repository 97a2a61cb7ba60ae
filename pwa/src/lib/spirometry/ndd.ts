/**
 * The XML export of ndd's EasyOne spirometers (EasyWare, EasyOne Connect): patient → interval → test → trial.
 *
 * Read are the forced expirations (`TypeOfTest` FVC or FVL) of the last test of the file: each trial's number,
 * `ResultParameter` FEV1 and FVC, and the sampled channels where there are any. Every trial is taken: whether the device
 * accepted one is not read, the professional judges each. Names of elements as published by nddspiro; `docs/forms.md`
 * says what was not checked.
 */
import { columnsOf, type Point, type Trial } from "./curves";
import { SpirometerFileRefused } from "./errors";
import type { DeviceFile } from "./read";
import { readNumber } from "./number";
import { below, child, type XmlElement } from "./xml";

const FORCED = new Set(["FVC", "FVL"]);

/** Whether `root` is such an export. */
export function isNdd(root: XmlElement): boolean {
  return below(root, "Patient").length > 0 && below(root, "Test").length > 0;
}

/** The last forced expirations that `root` holds. @throws SpirometerFileRefused */
export function readNdd(root: XmlElement): DeviceFile {
  const patients = below(root, "Patient");
  const tests = patients.flatMap((patient) =>
    below(patient, "Test")
      .filter((test) => FORCED.has((test.attributes.get("TypeOfTest") ?? "").toUpperCase()))
      .map((test) => ({ patient, test, date: text(test, "TestDate") })),
  );
  // Several tests: the last one is the one that was just done. Several people: nobody guesses whose it is.
  if (patients.length > 1) throw new SpirometerFileRefused("implausible");
  const last = tests.reduce<(typeof tests)[number] | undefined>(
    (latest, each) => (latest === undefined || each.date >= latest.date ? each : latest),
    undefined,
  );
  if (last === undefined) throw new SpirometerFileRefused("no-trial");
  const { patient, test, date } = last;
  const trials = below(test, "Trial").map(readTrial);
  const person = child(test, "PatientDataAtTestTime");
  return {
    curves: {
      v: 1,
      source: "ndd-xml",
      device: [text(child(test, "Device"), "Model"), text(child(test, "Device"), "SerialNumber")]
        .filter(Boolean)
        .join(" "),
      trials: [...trials].sort((one, other) => one.n - other.n),
    },
    subject: {
      name: [text(patient, "LastName"), text(patient, "FirstName")].filter(Boolean).join(" "),
      birthDate: text(person, "DateOfBirth").slice(0, 10) || text(patient, "DateOfBirth").slice(0, 10),
      testedOn: date.slice(0, 10),
    },
    computed: false,
  };
}

function readTrial(trial: XmlElement, index: number): Trial {
  const number = text(trial, "Number");
  const n = number === "" ? index + 1 : readNumber(number);
  const fev1 = result(trial, "FEV1");
  const fvc = result(trial, "FVC");
  return {
    n,
    ...(fev1 === undefined ? {} : { fev1 }),
    ...(fvc === undefined ? {} : { fvc }),
    ...columnsOf(samples(trial)),
  };
}

function result(trial: XmlElement, id: string): number | undefined {
  const parameter = below(trial, "ResultParameter").find(({ attributes }) => attributes.get("ID") === id);
  const value = text(parameter, "DataValue");
  if (value === "") return undefined;
  return text(parameter, "Unit").toLowerCase() === "ml" ? readNumber(value) / 1000 : readNumber(value);
}

/** Flow and volume against time: the two channels share a first sample, the shorter one decides. */
function samples(trial: XmlElement): readonly Point[] {
  const flow = channel(trial, "ChannelFlow");
  const volume = channel(trial, "ChannelVolume");
  if (flow === null || volume === null || flow.interval_s !== volume.interval_s) return [];
  return volume.values.slice(0, flow.values.length).map((volume_l, index) => ({
    time_s: index * volume.interval_s,
    volume_l,
    flow_l_s: flow.values[index] ?? 0,
  }));
}

function channel(
  trial: XmlElement,
  name: string,
): { readonly interval_s: number; readonly values: readonly number[] } | null {
  const [element] = below(trial, name);
  const interval = text(element, "SamplingInterval");
  const values = text(element, "SamplingValues")
    .split(/[\s;]+/)
    .filter(Boolean);
  if (interval === "" || values.length < 2) return null;
  return { interval_s: readNumber(interval), values: values.map((value) => readNumber(value)) };
}

function text(element: XmlElement | undefined, name: string): string {
  return child(element, name)?.text ?? "";
}
