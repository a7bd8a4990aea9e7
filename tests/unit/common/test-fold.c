/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-fold.h"
#include "tw-visible.h"

#include <string.h>

#define N_CHARACTERS 0x110000

static void
assert_folds (const char *text, const char *expected)
{
  g_autofree char *folded = tw_fold (text);

  g_assert_cmpstr (folded, ==, expected);
}

static void
test_fold (void)
{
  static const char *const TEXTS[][2] = {
    { "", "" },
    { "Water the PLANTS, 2 a day!", "water the plants, 2 a day!" },
    { "CAFÉ", "cafe" },
    { "cafe\u0301", "cafe" },
    { "Straße", "strasse" },
    { "STRAẞE", "strasse" },
    { "Øre", "øre" },     /* no mark: a letter of its own */
    { "Łódź", "łodz" },
    { "İstanbul", "istanbul" },
    { "I\u0307stanbul", "istanbul" },
    { "Việt Nam", "viet nam" },
    { "ǅ Ǆ ǆ", "dz dz dz" },
    { "ﬁne ﬀ ﬆ", "fine ff st" },
    { "ŉ", "ʼn" },
    { "ſ", "s" },
    { "Ａｂ１", "ab1" }, /* full width */
    { "x² ½ №", "x2 1⁄2 no" },
    { "Ⅻ", "xii" },
    { "K Å Ω", "k a ω" }, /* Kelvin, Ångström, Ohm */
    { "ΌΔΟΣ όδος", "οδοσ οδοσ" },
    { "ᾳ", "α" },         /* its iota is a mark */
    { "ᾼ", "α" },
    { "Ёж й", "еж и" },
    { "ᲀ ᲅ ᲈ", "в т ꙋ" },
    { "ԱՒ և", "աւ եւ" },
    { "שָׁלוֹם", "שלום" },
    { "مُحَمَّد", "محمد" },
    { "आ कि का", "आ कि का" },
    { "क़", "क" },
    { "がカﾞ", "かカ" },
    { "한", "\u1112\u1161\u11ab" },
    { "Ꭰ ꭰ Ꮿ ꮿ Ᏽ ᏽ", "Ꭰ Ꭰ Ꮿ Ꮿ Ᏽ Ᏽ" },
    { "𐐀", "𐐨" },
    { "𝐇𝒊", "hi" },
    { "❤\ufe0f 1\ufe0f\u20e3", "❤ 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    {
      assert_folds (TEXTS[i][0], TEXTS[i][1]);
      assert_folds (TEXTS[i][1], TEXTS[i][1]);
    }
}

/* As GLib folds, but for what is dropped, and Cherokee, which it folds the wrong way. */
static void
assert_folds_as_glib (const char *text, const char *folded)
{
  g_autofree char *decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  g_autoptr (GString) left = g_string_new (NULL);
  g_autofree char *expected = NULL;

  for (const char *at = decomposed; *at != '\0'; at += g_utf8_skip[(guchar) *at])
    {
      const gunichar c = g_utf8_get_char (at);

      if (!g_unichar_ismark (c)
          || (g_unichar_combining_class (c) == 0 && g_unichar_type (c) != G_UNICODE_ENCLOSING_MARK && tw_visible_is (c)))
        g_string_append_unichar (left, c);
    }
  expected = g_utf8_casefold (left->str, -1);
  if (g_unichar_get_script (g_utf8_get_char (text)) != G_UNICODE_SCRIPT_CHEROKEE)
    g_assert_cmpstr (folded, ==, expected);
}

/* Each character, so that each text: characters fold one by one. */
static void
test_fold_again (void)
{
  for (gunichar c = 1; c < N_CHARACTERS; c++)
    {
      char text[7] = { 0 };
      g_autofree char *folded = NULL;

      if (!g_unichar_validate (c))
        continue;
      g_unichar_to_utf8 (c, text);
      folded = tw_fold (text);
      g_assert_true (g_utf8_validate (folded, -1, NULL));
      assert_folds_as_glib (text, folded);
      assert_folds (folded, folded);
    }
}

/* However the marks of a letter are ordered, and whatever stands beside it. */
static void
test_fold_beside (void)
{
  static const char *const PARTS[]
      = { "a", "É", "ß", "Σ", "\u0323", "\u0307", "\u0345", "\u094d", "\u093f", "ᄒ", "ᅡ", "ᆫ", "한", "1" };

  for (guint i = 0; i < G_N_ELEMENTS (PARTS); i++)
    for (guint j = 0; j < G_N_ELEMENTS (PARTS); j++)
      for (guint k = 0; k < G_N_ELEMENTS (PARTS); k++)
        {
          g_autofree char *a = tw_fold (PARTS[i]), *b = tw_fold (PARTS[j]), *c = tw_fold (PARTS[k]);
          g_autofree char *text = g_strconcat (PARTS[i], PARTS[j], PARTS[k], NULL);
          g_autofree char *expected = g_strconcat (a, b, c, NULL);

          assert_folds (text, expected);
        }
}

static void
test_equal (void)
{
  static const char *const ALIKE[][2] = {
    { "", "" }, { "home", "home" }, { "Home", "hOME" }, { "strasse", "Straße" }, { "CAFÉ", "cafe" },
    { "É", "E\u0301" }, { "ς", "Σ" },
  };
  static const char *const DIFFERENT[][2] = {
    { "", "a" }, { "home", "homes" }, { "home", " home" }, { "ø", "o" }, { "Straße", "strase" }, { "कि", "का" },
    { "é", "è1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ALIKE); i++)
    {
      g_assert_true (tw_fold_equal (ALIKE[i][0], ALIKE[i][1]));
      g_assert_true (tw_fold_equal (ALIKE[i][1], ALIKE[i][0]));
    }
  for (guint i = 0; i < G_N_ELEMENTS (DIFFERENT); i++)
    {
      g_assert_false (tw_fold_equal (DIFFERENT[i][0], DIFFERENT[i][1]));
      g_assert_false (tw_fold_equal (DIFFERENT[i][1], DIFFERENT[i][0]));
    }
}

/* Characters, not bytes. */
static void
test_key_has_an_end (void)
{
  g_autofree char *marks = g_strnfill (600, 'X');
  g_autofree char *key = tw_fold_key (marks), *same = g_strnfill (TW_FOLD_KEY_LENGTH, 'x');
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autofree char *short_key = NULL, *whole = NULL;

  g_assert_cmpstr (key, ==, same);
  for (guint i = 0; i < TW_FOLD_KEY_LENGTH; i++)
    g_string_append (letters, "\xc3\x89");
  short_key = tw_fold_key (letters->str);
  whole = tw_fold (letters->str);
  g_assert_cmpstr (short_key, ==, whole);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fold/texts", test_fold);
  g_test_add_func ("/fold/again", test_fold_again);
  g_test_add_func ("/fold/beside", test_fold_beside);
  g_test_add_func ("/fold/equal", test_equal);
  g_test_add_func ("/fold/key-has-an-end", test_key_has_an_end);
  return g_test_run ();
}
