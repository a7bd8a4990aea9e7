// SPDX-License-Identifier: Apache-2.0

// Two forms: for those who have an account, and for those who have not.

import { fromTemplate, isStillAt, partsOf } from "./dom.js";
import { onSubmit, showFieldError, showFormError } from "./forms.js";

/**
 * @param {(credentials: object) => Promise} signIn
 * @param {() => void} toSignUp shows the other form
 * @param {(problem: Problem) => void} report what belongs to no field
 */
export function signInView({ signIn, toSignUp, report }) {
  const element = fromTemplate("sign-in-template");
  const form = element.querySelector("form");

  onSubmit(
    form,
    () => signIn({ email: form.elements.email.value.trim(), password: form.elements.password.value }),
    (problem) => {
      if (problem.status !== 401) return report(problem);
      showFormError(form, problem.message);
      if (!isStillAt(form)) return;
      form.elements.password.focus();
      form.elements.password.select();
    },
  );
  partsOf(element).other.addEventListener("click", toSignUp);
  return element;
}

/**
 * @param {(account: object) => Promise} signUp
 * @param {() => void} toSignIn shows the other form
 * @param {(problem: Problem) => void} report what belongs to no field
 */
export function signUpView({ signUp, toSignIn, report }) {
  const element = fromTemplate("sign-up-template");
  const form = element.querySelector("form");

  onSubmit(
    form,
    () => {
      const account = { email: form.elements.email.value.trim(), password: form.elements.password.value };
      const name = form.elements.name.value.trim();
      return signUp(name ? { ...account, name } : account);
    },
    (problem) => {
      if (problem.status === 409) showFieldError(form, "email", problem.message);
      else report(problem);
    },
  );
  partsOf(element).other.addEventListener("click", toSignIn);
  return element;
}
