// SPDX-License-Identifier: Apache-2.0

/**
 * Whether a key press belongs to an input method, which writes Japanese, say, by way of Latin letters: then Enter takes
 * its proposal, Escape drops that, and neither is meant for the page. 229 is what some browsers say behind the end of a
 * composition, when isComposing is false already.
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}
