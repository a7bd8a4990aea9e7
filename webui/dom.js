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
