// A request that has not arrived yet is looked for again; without this script the page has a link for it.
const LOOK_AGAIN_MS = 10_000;
const looked = document.querySelector("[data-looked]");

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
    if (!(await answer.text()).includes("data-waiting")) {
      location.reload();
      return;
    }
    looked.textContent = looked.dataset.text.replace("…", new Date().toLocaleTimeString("fr-FR"));
  } catch {
    // Without network there is nothing to say: the next look may find it again.
  }
  setTimeout(look, LOOK_AGAIN_MS);
}

setTimeout(look, LOOK_AGAIN_MS);
