/* SPDX-License-Identifier: Apache-2.0 */

/* What every store says in the same words. */

#pragma once

/* With TW_ERROR_UNAVAILABLE: the disk is full, the file locked, the database away. */
#define TW_STORE_UNAVAILABLE "The store can't be used right now: try again later"

/* With TW_ERROR_UNAVAILABLE: more is waiting than it takes. */
#define TW_STORE_BUSY "The store has too much to do: try again later"

/* With TW_ERROR_UNAVAILABLE: a change's time was over before it was begun. */
#define TW_STORE_NOTHING_DONE "The service is overloaded: nothing was changed"
