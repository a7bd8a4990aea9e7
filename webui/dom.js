// SPDX-License-Identifier: Apache-2.0

// Markup is written in index.html alone; what is made here are copies of its templates. Text goes in as textContent, so
// none of it can become markup.

/** A copy of a template's only element. */
export function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** The elements below `root` that have a data-part, by its value. */
export function partsOf(root) {
  const parts = {};
  for (const element of root.querySelectorAll("[data-part]")) parts[element.dataset.part] = element;
  return parts;
}

/**
 * Whether somebody is still at `element`, or nowhere else. Only then may an answer to what they did there move the focus:
 * whoever has gone on meanwhile would be torn back.
 */
export function isStillAt(element) {
  return document.activeElement === document.body || element.contains(document.activeElement);
}

/**
 * Has a press of `button` run `action()`, once at a time. The button is not disabled meanwhile: that would take the focus
 * from it, and itself from those who go through the page with the Tab key.
 */
export function onPress(button, action) {
  button.addEventListener("click", async () => {
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    try {
      await action();
    } finally {
      button.ariaDisabled = "false";
    }
  });
}
