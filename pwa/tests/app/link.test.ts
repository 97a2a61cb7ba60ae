import { expect, test } from "vitest";
import { readLink, shownThumbprint, takeLink } from "../../src/app/link";

const CARD = {
  s: "A".repeat(43),
  x: 1_795_500_000,
  k: "eIyKolXmGHnJRHI__eAGa5thZVHl9z33RhUysWYBTA0",
  o: "17ca5e1d-f289-4006-b94f-03d02e351f3b",
};

function fragment(card: unknown): string {
  return `#e=${Buffer.from(JSON.stringify(card)).toString("base64url")}`;
}

test("a card is read from the fragment of the link", () => {
  expect(readLink(fragment(CARD))).toEqual({
    kind: "card",
    card: { secret: CARD.s, expiresAt: CARD.x * 1000, thumbprint: CARD.k, organization: CARD.o },
  });
});

test("an address without a card holds none", () => {
  expect(readLink("")).toEqual({ kind: "none" });
  expect(readLink("#menu")).toEqual({ kind: "none" });
});

test.each([
  ["cut short", fragment(CARD).slice(0, 40)],
  ["not base64url", "#e=%%%"],
  ["not an object", fragment("card")],
  ["a secret of another length", fragment({ ...CARD, s: "short" })],
  ["an expiry that is no number", fragment({ ...CARD, x: "tomorrow" })],
  ["no thumbprint", fragment({ ...CARD, k: undefined })],
  ["an organisation that is no UUID", fragment({ ...CARD, o: "cpts" })],
])("a link is malformed when it is %s", (_, broken) => {
  expect(readLink(broken)).toEqual({ kind: "malformed" });
});

test("the link leaves the address bar and the history entry as it is read", () => {
  const replaced: string[] = [];
  const page = {
    location: { hash: fragment(CARD), pathname: "/tablette/" } as Location,
    history: {
      state: null,
      replaceState: (_state: unknown, _title: string, url: string) => replaced.push(url),
    } as unknown as History,
  };
  expect(takeLink(page).kind).toBe("card");
  expect(replaced).toEqual(["/tablette/"]);
});

test("a thumbprint is shown in groups that two people can compare", () => {
  expect(shownThumbprint(CARD.k)).toBe("eIyK olXm GHnJ RHI_");
});
