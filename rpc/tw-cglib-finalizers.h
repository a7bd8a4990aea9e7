/* SPDX-License-Identifier: Apache-2.0 */

/* Ends the leak of generated objects: the finalizers that Thrift's compiler writes do not chain up to GObject's, nor do
 * some of its library's own. Each class is given one that runs both, in the place of what was generated.
 *
 * That is done to no class that chains up by itself, and to none at all where GObject does not finalize objects as this
 * relies on: both are tried out. In the latter case memory may grow, and a warning says so. */

#pragma once

#include "tw-cglib.h"

G_BEGIN_DECLS

/* Types of no object, and abstract ones, are left alone, and so is what is given again. Call from main, before other
 * threads start. Returns whether all that are left are finalized whole. */
gboolean tw_cglib_mend_finalizers (const TwGetTypeFunc *types, gsize n);

G_END_DECLS
