/**
 * What goes wrong with forms on the tablet.
 *
 * ```
 * FormError
 * ├── FormInvalid      a published file, or a response, that is not what `docs/forms.md` says
 * └── ExpressionFailed a FHIRPath expression that cannot be compiled or run
 * ```
 */

/** Any failure of the form engine. Findings about what a person answered are not errors (`validate.ts`). */
export class FormError extends Error {
  override name = "FormError";
}

/** A form or a response that cannot be read; `place` is the path to the fault in the JSON. */
export class FormInvalid extends FormError {
  override name = "FormInvalid";

  constructor(
    readonly place: string,
    problem: string,
  ) {
    super(`${place}: ${problem}`);
  }
}

/** An expression that cannot be compiled or run: a fault of the form, never of the person's answers. */
export class ExpressionFailed extends FormError {
  override name = "ExpressionFailed";

  constructor(
    readonly expression: string,
    options: { cause: unknown },
  ) {
    super(`expression failed: ${expression}`, options);
  }
}
