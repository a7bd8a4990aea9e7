/* SPDX-License-Identifier: Apache-2.0 */

/* Adds nothing to a NULL, on purpose: the sanitizer must end it. */

#include <glib.h>

int
main (void)
{
  const char *volatile nowhere = NULL;
  volatile gsize nothing = 0;
  const char *volatile at = nowhere + nothing;

  return at == NULL ? 0 : 1;
}
