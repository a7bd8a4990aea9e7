// SPDX-License-Identifier: Apache-2.0

// Forms whose errors appear at the field that they are about. In a form, the element [data-error-of="NAME"] shows what
// is wrong with the input NAME, and [data-error-of-form] what is wrong with no single one.

import { Problem } from "./api.js";
import { isStillAt } from "./dom.js";
import { isComposing } from "./keys.js";

let lastErrorId = 0;

/** Has each input described by the place of its errors, for those who hear the form. */
function linkErrors(form) {
  for (const place of form.querySelectorAll("[data-error-of]")) {
    const input = form.elements.namedItem(place.dataset.errorOf);
    const hint = input.getAttribute("aria-describedby");
    place.id = `error-${++lastErrorId}`;
    input.setAttribute("aria-describedby", hint ? `${hint} ${place.id}` : place.id);
  }
}

function clearErrors(form) {
  for (const place of form.querySelectorAll("[data-error-of], [data-error-of-form]")) place.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/** Shows an error at the input `name`; false where the form has none of that name. */
export function showFieldError(form, name, text) {
  const input = form.elements.namedItem(name);
  const place = form.querySelector(`[data-error-of="${CSS.escape(name)}"]`);
  if (!input || !place) return false;
  place.textContent = place.textContent ? `${place.textContent}; ${text}` : text;
  input.setAttribute("aria-invalid", "true");
  return true;
}

/** Shows an error that is about the form as a whole. */
export function showFormError(form, text) {
  form.querySelector("[data-error-of-form]").textContent = text;
}

/** Shows each of a problem's errors at its field. False where one has no place in the form, or there are none. */
function showErrors(form, problem) {
  const shown = problem.errors.map(({ location, detail }) => {
    const name = /^body\.([^.[\]]+)/.exec(location)?.[1];
    return name !== undefined && showFieldError(form, name, detail);
  });
  return shown.length > 0 && shown.every(Boolean);
}

/**
 * Has `action(form)` run when the form is submitted, once at a time. A problem's errors are shown at their fields; what
 * has no field is handed to `onProblem(problem)`. The button is not disabled meanwhile, as in onPress.
 */
export function onSubmit(form, action, onProblem) {
  const button = form.querySelector("[type=submit]");
  linkErrors(form);
  form.addEventListener("keydown", (event) => {
    // Else it would submit the form too.
    if (event.key === "Enter" && isComposing(event)) event.preventDefault();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    button.ariaDisabled = "true";
    clearErrors(form);
    try {
      await action(form);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!form.isConnected) return; // its view is gone, and nobody asks any more
      if (!showErrors(form, problem)) onProblem(problem);
    } finally {
      form.ariaBusy = "false";
      button.ariaDisabled = "false";
      if (isStillAt(form)) form.querySelector("[aria-invalid]")?.focus();
    }
  });
}

/** Makes the form as it was: the inputs empty, no errors. */
export function resetForm(form) {
  form.reset();
  clearErrors(form);
}
