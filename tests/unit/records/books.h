/* SPDX-License-Identifier: Apache-2.0 */

/* Books of shelf.thrift, and how tests look at them. */

#pragma once

#include "shelf-records.h"

G_BEGIN_DECLS

/* One that has a value in each field that is kept; one that has only what each has. Static. */
const TwBookRecord *books_whole (void);
const TwBookRecord *books_bare (void);

/* Fails where a field that is kept differs. */
void books_assert_same (const TwBookRecord *book, const TwBookRecord *other);

G_END_DECLS
