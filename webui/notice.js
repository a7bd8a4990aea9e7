// SPDX-License-Identifier: Apache-2.0

// The banner under the header: for what belongs to no single field.

import { partsOf } from "./dom.js";

export class Notice {
  #element;
  #parts;
  #onRetry = null;

  constructor(element) {
    this.#element = element;
    this.#parts = partsOf(element);
    this.#parts.dismiss.addEventListener("click", () => this.hide());
    this.#parts.retry.addEventListener("click", () => {
      const retry = this.#onRetry;
      this.hide();
      retry();
    });
  }

  /** Shows `text`, with a button that calls `onRetry` where that is given. */
  show(text, onRetry = null) {
    this.#onRetry = onRetry;
    this.#parts.retry.hidden = onRetry === null;
    this.#element.hidden = false;
    this.#parts.text.textContent = text;
  }

  hide() {
    // The focus would be lost with its button.
    if (this.#element.contains(document.activeElement)) document.getElementById("main").focus();
    this.#element.hidden = true;
    this.#parts.text.textContent = "";
  }
}
