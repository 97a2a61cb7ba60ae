/**
 * FHIRPath on the tablet: fhirpath.js with the R4 model, fetched when first wanted and compiled once an expression.
 * The tables of the named functions come with it, so that whoever has an evaluator can run every rule of every form.
 *
 * The model is always passed: without it dates do not compare as they do on the server.
 */
import type { FormContext } from "./answers";
import { ExpressionFailed } from "./errors";
import type { GliTables } from "./functions/gli";
import { loadGliTables } from "./functions/tables";

/** What an expression is evaluated on: a QuestionnaireResponse, or what there is of it. */
export interface ExpressionSubject {
  readonly resource: object;
  readonly context: Pick<FormContext, "visitDate" | "stop">;
}

/** Evaluates the expressions of forms. */
export interface Evaluator {
  /** For instance `fhirpath.js/5.2.2`: part of the `evaluator` of a signed record (wire §2). */
  readonly version: string;
  /** The reference values that the named function `gli` reads. */
  readonly gli: GliTables;
  /** The collection `expression` yields. @throws ExpressionFailed */
  evaluate(expression: string, subject: ExpressionSubject): readonly unknown[];
}

type Compiled = (resource: object, variables: Record<string, unknown>) => unknown[];

let loading: Promise<Evaluator> | undefined;
let loaded: Evaluator | null = null;

/** The evaluator, when it was fetched already: a screen drawn again starts from it. */
export function loadedEvaluator(): Evaluator | null {
  return loaded;
}

/** The evaluator, fetched once a page; a failed fetch is tried again at the next call. */
export async function loadEvaluator(): Promise<Evaluator> {
  loading ??= load();
  try {
    loaded = await loading;
    return loaded;
  } catch (failure) {
    loading = undefined;
    throw failure;
  }
}

async function load(): Promise<Evaluator> {
  const [{ default: fhirpath }, { default: r4 }, gli] = await Promise.all([
    import("fhirpath"),
    import("fhirpath/fhir-context/r4"),
    loadGliTables(),
  ]);
  const compiled = new Map<string, Compiled>();
  const dates = new Map<string, unknown>();

  const compile = (expression: string): Compiled => {
    const known = compiled.get(expression);
    if (known) return known;
    const fresh = fhirpath.compile(expression, r4) as Compiled;
    compiled.set(expression, fresh);
    return fresh;
  };
  // A variable given as text would be a String, which no date compares with: a literal makes the date.
  const date = (iso: string): unknown => {
    if (!dates.has(iso)) {
      const [value] = fhirpath.evaluate({}, `@${iso}`, {}, r4, { resolveInternalTypes: false }) as unknown[];
      dates.set(iso, value);
    }
    return dates.get(iso);
  };
  return {
    version: `fhirpath.js/${fhirpath.version}`,
    gli,
    evaluate(expression, { resource, context }) {
      try {
        return compile(expression)(resource, {
          resource,
          context: resource,
          visitDate: date(context.visitDate),
          stop: context.stop ?? [],
        });
      } catch (cause) {
        throw new ExpressionFailed(expression, { cause });
      }
    },
  };
}
