"use strict";
(function () {
  // A link to a claim shows it; paper has nothing to open.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) {
      if (node.localName === "details") node.open = true;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  let shut = [];
  addEventListener("beforeprint", () => {
    shut = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of shut) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of shut) details.open = false;
  });

  const claims = Array.from(document.querySelectorAll("details.claim"));
  const text = document.getElementById("filter-text");
  const status = document.getElementById("filter-status");
  const count = document.getElementById("filter-count");
  const words = new Map(claims.map((claim) => [claim, claim.textContent.toLowerCase()]));
  const apply = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const claim of claims) {
      claim.hidden =
        (status.value !== "" && claim.dataset.status !== status.value) || !words.get(claim).includes(wanted);
      shown += claim.hidden ? 0 : 1;
    }
    count.textContent = shown + " of " + claims.length + " claims";
  };
  text.addEventListener("input", apply);
  status.addEventListener("change", apply);
  const all = (open) => () => {
    for (const claim of claims) claim.open = open && !claim.hidden;
  };
  document.getElementById("open-all").addEventListener("click", all(true));
  document.getElementById("close-all").addEventListener("click", all(false));
  document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("filter").hidden = false;
})();
