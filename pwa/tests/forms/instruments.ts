/** A form of tests that asks for every control of the instruments: invented, and of no clinical use. */
import { expression, file, item, type Json, ours, part, parts, standard } from "./written";

const control = (code: string): Json => ours("control", { valueCode: code });
const slider = standard("questionnaire-itemControl", {
  valueCodeableConcept: { coding: [{ code: "slider" }] },
});
const limits = (min: number, max: number): Json[] => [
  standard("minValue", { valueDecimal: min }),
  standard("maxValue", { valueDecimal: max }),
];
const decimals = (count: number): Json => standard("maxDecimalPlaces", { valueInteger: count });
const unit = (code: string, display: string): Json =>
  standard("questionnaire-unit", { valueCoding: { system: "http://unitsofmeasure.org", code, display } });
const plain = (text: string): Json => ours("person-text", { valueString: text });
const SYSTEM = "https://escale.example/fhir/CodeSystem/test";
const choice = (code: string, display: string, ...extension: Json[]): Json => ({
  valueCoding: { system: SYSTEM, code, display },
  ...(extension.length > 0 ? { extension } : {}),
});
const toned = (code: string, display: string, tone: string, text: string): Json =>
  choice(code, display, ours("tone", { valueCode: tone }), plain(text));
const group = (linkId: string, text: string, items: readonly Json[], more: Json = {}): Json => ({
  linkId,
  text,
  type: "group",
  item: items,
  ...more,
});
const when = (question: string, code: string): Json => ({
  enableWhen: [{ question, operator: "=", answerCoding: { system: SYSTEM, code } }],
});
const read = (linkId: string): string => `%resource.repeat(item).where(linkId = '${linkId}').answer.value`;

const WORDS = [
  choice("none", "Aucun mot"),
  choice("one", "Un mot"),
  choice("two", "Deux mots"),
  choice("three", "Trois mots"),
];

const blow = (n: number): Json =>
  group(
    `spirometry.blow${n}`,
    `Manœuvre ${n}`,
    [
      item(`spirometry.blow${n}.fev1`, "decimal", {
        text: "VEMS",
        extension: [...limits(0.1, 10), decimals(2), unit("L", "L")],
      }),
      item(`spirometry.blow${n}.fvc`, "decimal", {
        text: "CVF",
        extension: [...limits(0.1, 12), decimals(2), unit("L", "L")],
      }),
    ],
    n === 1
      ? {}
      : {
          enableWhen: [{ question: `spirometry.blow${n - 1}.fev1`, operator: "exists", answerBoolean: true }],
        },
  );

/** The Questionnaire, as a file holds it. */
export function instruments(): Json {
  return file([], {
    title: "Instruments",
    item: [
      group("words", "Apprentissage de trois mots", [
        { linkId: "words.say", type: "display", text: "Dites : fleur, porte, riz. Faites répéter." },
        item("words.learned", "choice", {
          text: "Mots répétés",
          required: true,
          answerOption: WORDS,
        }),
      ]),
      group("walk", "Locomotion", [
        item("walk.chair", "decimal", {
          text: "Cinq levers de chaise",
          required: true,
          extension: [control("stopwatch"), ...limits(0, 300), decimals(1), unit("s", "s")],
        }),
        item("walk.pain", "integer", {
          text: "Douleur à la marche",
          required: true,
          extension: [
            slider,
            standard("minValue", { valueInteger: 0 }),
            standard("maxValue", { valueInteger: 10 }),
            plain("Avez-vous mal quand vous marchez ? 0 : pas mal. 10 : le plus mal possible."),
          ],
        }),
        item("walk.side", "choice", {
          text: "Côté douloureux",
          extension: [control("body-side"), plain("De quel côté avez-vous mal ?")],
          answerOption: [
            choice("left", "Gauche"),
            choice("right", "Droite"),
            choice("both", "Les deux"),
            choice("neither", "Aucun"),
          ],
        }),
        item("walk.falls", "boolean", {
          text: "Chute dans l’année",
          required: true,
          extension: [plain("Êtes-vous tombé cette année ?")],
        }),
      ]),
      group("mood", "Humeur", [
        item("mood.low", "boolean", {
          text: "Triste ou sans espoir, deux dernières semaines",
          required: true,
          extension: [plain("Ces deux dernières semaines, vous êtes-vous senti triste ou sans espoir ?")],
        }),
        item("mood.dark", "boolean", {
          text: "Idées suicidaires exprimées",
          extension: [ours("item-class", { valueCode: "sensitive" })],
        }),
        {
          linkId: "mood.urgent",
          type: "display",
          text: "Ne laissez pas la personne seule. Appelez le 3114 (prévention du suicide, jour et nuit), ou le 15 si le danger est immédiat.",
          extension: [ours("urgent", { valueBoolean: true })],
          enableWhen: [{ question: "mood.dark", operator: "=", answerBoolean: true }],
        },
      ]),
      group(
        "recall",
        "Rappel des trois mots",
        [
          item("recall.words", "choice", {
            text: "Mots rappelés",
            required: true,
            answerOption: WORDS,
            extension: [plain("Quels étaient les trois mots ?")],
          }),
          item("recall.elapsed", "integer", {
            text: "Délai mesuré",
            readOnly: true,
            extension: [
              unit("s", "s"),
              parts(
                "elapsed",
                part("since", { valueString: "words.learned" }),
                part("until", { valueString: "recall.words" }),
              ),
            ],
          }),
        ],
        {
          extension: [
            parts(
              "delay",
              part("since", { valueString: "words.learned" }),
              part("seconds", { valueInteger: 180 }),
            ),
          ],
        },
      ),
      group("spirometry", "Spirométrie", [
        item("spirometry.curves", "text", {
          text: "Fichier du spiromètre",
          maxLength: 60000,
          extension: [control("spirometer-file")],
        }),
        blow(1),
        blow(2),
        blow(3),
        item("spirometry.ratio", "decimal", {
          text: "Rapport VEMS/CVF de la première manœuvre",
          extension: [
            decimals(2),
            expression(
              "calculatedExpression",
              `(${read("spirometry.blow1.fev1")} / ${read("spirometry.blow1.fvc")} * 100 + 0.5).floor() / 100`,
            ),
            parts(
              "rule",
              part("text", { valueString: "VEMS divisé par CVF, arrondi au centième." }),
              part("source", { valueString: "Règle d’essai" }),
            ),
          ],
        }),
      ]),
      group("result", "Résultat", [
        item("result.conclusion", "choice", {
          text: "Repérage",
          answerOption: [
            toned(
              "suspicion",
              "Suspicion d’obstruction",
              "alert",
              "Vos bronches semblent plus étroites. Il faut le vérifier.",
            ),
            toned("grey_zone", "Zone grise", "watch", "Le souffle est à la limite. Une autre mesure aidera."),
            toned(
              "no_sign",
              "Pas de signe d’obstruction",
              "good",
              "Vos bronches laissent bien passer l’air.",
            ),
            toned(
              "not_interpretable",
              "Non interprétable",
              "unknown",
              "La mesure n’est pas lisible. On peut la refaire.",
            ),
          ],
          extension: [
            expression(
              "calculatedExpression",
              `iif(${read("spirometry.ratio")}.exists(), iif(${read("spirometry.ratio")} < 0.7, 'suspicion', iif(${read("spirometry.ratio")} < 0.8, 'grey_zone', 'no_sign')), {})`,
            ),
            parts(
              "rule",
              part("text", {
                valueString:
                  "Sous 0,70 : suspicion. De 0,70 à 0,79 : zone grise. À partir de 0,80 : pas de signe.",
              }),
              part("source", { valueString: "Règle d’essai, à valider par le responsable médical" }),
            ),
            ours("reviewed-by", { valueString: "result.review" }),
            ours("person-result", { valueBoolean: true }),
            plain("Votre souffle"),
          ],
        }),
        item("result.review", "choice", {
          text: "Ce résultat",
          required: true,
          answerOption: [choice("validated", "Je le valide"), choice("set_aside", "Je l’écarte")],
        }),
        item("result.review_reason", "string", {
          text: "Pourquoi il est écarté",
          required: true,
          ...when("result.review", "set_aside"),
        }),
      ]),
    ],
  });
}
