// SPDX-License-Identifier: Apache-2.0

// The page is whole without this: it says where the page is from in the lines to paste, and adds a button to each.

const said = document.getElementById("said");

for (const origin of document.querySelectorAll("[data-origin]")) {
  origin.textContent = location.origin;
}

function addButton(figure) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(figure.querySelector("code").textContent);
      said.textContent = "Copied";
      button.textContent = "Copied";
    } catch {
      said.textContent = "The browser does not let this page copy";
    }
    button.addEventListener(
      "blur",
      () => {
        button.textContent = "Copy";
        said.textContent = "";
      },
      { once: true },
    );
  });
  figure.querySelector("figcaption").append(" ", button);
}

// Browsers have no clipboard for pages that come over plain HTTP from another machine.
if (navigator.clipboard) {
  document.querySelectorAll("figure").forEach(addButton);
}
