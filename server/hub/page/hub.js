// Reads the page again every ten seconds and puts what changed in place of what was: the focus stays where it is.
const EVERY_MS = 10_000;

async function update() {
  let read;
  try {
    const answer = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS / 2) });
    read = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    for (const line of document.querySelectorAll("[data-at]")) line.textContent = document.body.dataset.silent;
    return;
  }
  const [shown, fresh] = [document, read].map((page) => [...page.querySelectorAll("[data-part]")]);
  if (shown.map(nameOf).join() !== fresh.map(nameOf).join()) {
    document.querySelector("main").replaceWith(read.querySelector("main"));
    return;
  }
  shown.forEach((part, index) => {
    if (part.innerHTML !== fresh[index].innerHTML) part.innerHTML = fresh[index].innerHTML;
  });
}

function nameOf(part) {
  return part.dataset.part;
}

setInterval(() => void update(), EVERY_MS);
