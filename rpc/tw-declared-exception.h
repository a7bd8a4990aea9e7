/* SPDX-License-Identifier: Apache-2.0 */

/* A failure as the exception that a method declares: the one whose struct has a field for a status. */

#pragma once

#include "tw-schema.h"
#include "tw-writer.h"

G_BEGIN_DECLS

/* The field of @method's result that can hold a failure, or NULL if it declares no such exception. Thread-safe. */
const TwField *tw_declared_exception_find (const TwMethod *method);

/* Writes @failure as @exception, which tw_declared_exception_find() gave, a field of the result's struct: its status,
 * public message and location. Required fields of other meanings get empty or zero values. */
void tw_declared_exception_write (TwWriter *writer, const TwField *exception, const GError *failure);

G_END_DECLS
