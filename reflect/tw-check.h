/* SPDX-License-Identifier: Apache-2.0 */

/* Checks a struct's bytes, which have passed the scanner, against the schema: types, presence, UTF-8, every limit.
 *
 * Unknown fields are passed over, as Thrift's rules for evolution ask. A known field of another type, a repeated
 * field, a repeated element of a set or key of a map, and a union without exactly one field are failures. An empty
 * string for an optional field with the default "" counts as absent where its limits would refuse it (older clients
 * always send their defaults). Elements and keys have no limits but their type's: text is UTF-8.
 */

#pragma once

#include "tw-problems.h"
#include "tw-schema.h"

G_BEGIN_DECLS

/* Adds each failure to @problems; TRUE if there was none. Thread-safe. */
gboolean tw_check_struct (const TwStruct *structure, TwProtocol protocol, const guint8 *bytes, gsize length,
                          TwProblems *problems);

G_END_DECLS
