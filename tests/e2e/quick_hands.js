// Hands that are quicker than a person's: they find what is on the screen by its words, touch it, and wait for what the
// screen does next. Nothing here knows of the application's inside; a button that is not shown cannot be touched.
(() => {
  const plain = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ").trim();
  const shown = (element) => element.getClientRects().length > 0;
  const every = (selector, within) => [...(within ?? document).querySelectorAll(selector)].filter(shown);
  const said = (element) => plain(element.getAttribute("aria-label") ?? element.textContent);
  const touchable = (element) => !element.disabled && element.getAttribute("aria-disabled") !== "true";
  const button = (words) => every("button").find((each) => touchable(each) && said(each).startsWith(words));
  const question = (linkId) => {
    const found = document.getElementById(`question-${linkId}`);
    return found !== null && shown(found) ? found : undefined;
  };
  const title = () => every("h2").map(said);

  const hands = { at: "", over: true, failed: "", unlabelled: false };

  /** The first thing that `probe` finds, as soon as the screen shows it. */
  function until(what, probe) {
    hands.at = what;
    const now = probe();
    if (now) return Promise.resolve(now);
    return new Promise((resolve) => {
      const watcher = new MutationObserver(() => {
        const found = probe();
        if (!found) return;
        watcher.disconnect();
        resolve(found);
      });
      watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    });
  }

  function touch(element) {
    element.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    element.click();
  }

  async function press(words) {
    touch(await until(words, () => button(words)));
  }

  function type(field, text) {
    field.focus();
    const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(prototype.prototype, "value").set.call(field, text);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  async function answer({ linkId, kind, values }) {
    const frame = await until(linkId, () => question(linkId));
    if (kind === "typed") {
      const field = await until(linkId, () => every("input:not([type=radio]):not([type=checkbox]), textarea", frame)[0]);
      type(field, values[0]);
      field.blur();
      return;
    }
    if (kind === "found") {
      const field = await until(linkId, () => every("[role=combobox]", frame)[0]);
      type(field, values[0]);
      const option = () => every("[role=option]", frame).find((each) => said(each).startsWith(values[1]));
      touch(await until(`${linkId}: ${values[1]}`, option));
      return;
    }
    const list = frame.querySelector("select");
    if (list !== null) {
      list.value = [...list.options].find((each) => said(each).startsWith(values[0])).value;
      list.dispatchEvent(new Event("change", { bubbles: true }));
      return;
    }
    // What was chosen for the person before is taken back, as it would be by hand.
    const tiles = () => every("label", frame).filter((each) => each.querySelector("input") !== null);
    const wanted = () => values.map((words) => tiles().find((each) => said(each).startsWith(words)));
    await until(`${linkId}: ${values}`, () => !wanted().includes(undefined));
    for (const tile of tiles()) {
      const input = tile.querySelector("input");
      if (wanted().includes(tile) ? !input.checked : input.checked && input.type === "checkbox") touch(input);
    }
  }

  /** « Suivant » until the section is there. */
  async function reach(section) {
    while (!title().includes(section)) {
      const before = title().join();
      const next = await until(`Suivant, vers ${section}`, () => title().includes(section) || button("Suivant"));
      if (next === true) return;
      touch(next);
      await until(`après ${before}`, () => title().join() !== before);
    }
  }

  async function capture(steps) {
    await until("Étapes de la fiche", () => every("nav").some((each) => said(each) === "Étapes de la fiche"));
    for (const step of steps) {
      await reach(step.section);
      await answer(step);
    }
    while (button("Relire la fiche") === undefined) {
      const before = title().join();
      await press("Suivant");
      await until(`après ${before}`, () => title().join() !== before || button("Relire la fiche"));
    }
    await press("Relire la fiche");
    await until("Relecture", () => every("h1").some((each) => said(each) === "Relecture avant signature"));
    for (;;) {
      const next = await until("signer ou confirmer", () => button("C’est exact") ?? button("Signer et sceller"));
      const words = said(next);
      touch(next);
      if (words.startsWith("Signer")) break;
      await until("confirmé", () => button("C’est exact") !== next);
    }
    await until("Fiche signée", () => every("h1").some((each) => said(each) === "Fiche signée et scellée"));
  }

  async function home() {
    const back = await until("l’escale", () => button("Retour à l’escale") ?? button("Scanner une étiquette"));
    if (said(back).startsWith("Retour")) touch(back);
    await until("l’escale", () => button("Scanner une étiquette"));
  }

  async function wear(number) {
    const way = await until("une étiquette", () => button("Étiquette suivante") ?? button("Scanner une étiquette"));
    touch(way);
    const field = () => every("label").find((each) => said(each).startsWith("Numéro de l’étiquette"))?.control;
    type(await until("Numéro", field), String(number));
    await press("Valider le numéro");
  }

  async function lift(pin) {
    document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    const field = () => every("label").find((each) => said(each).startsWith("Code PIN"))?.control;
    type(await until("Code PIN", field), pin);
    await press("Reprendre");
    await until("le voile levé", () => every("label").every((each) => !said(each).startsWith("Code PIN")));
  }

  async function work({ pin, jobs }) {
    if (pin !== null) await lift(pin);
    for (const { label, ways, steps } of jobs) {
      // « Étiquette suivante » is offered after a label only, a moment after the record is signed.
      if (label === null || hands.unlabelled) await home();
      if (label !== null) await wear(label);
      hands.unlabelled = label === null;
      for (const way of ways) await press(way);
      await capture(steps);
    }
  }

  hands.begin = (round) => {
    hands.over = false;
    work(round).then(
      () => (hands.over = true),
      (error) => {
        hands.failed = `${hands.at}: ${error}`;
        hands.over = true;
      },
    );
  };
  window.quickHands = hands;
})();
