/* Units: the one place where line ends and what comes next count. `5 ms` has a unit; `rows: 5` with `label: x` on the
   next line has none, nor has `x > 5 and y`, and `3 / count()` divides. The rules `unit_attached` and `unit_detached`
   of grammar/bench.pest. */

#include "tree_sitter/parser.h"
#include <string.h>

enum TokenType { UNIT };

enum { WORD_SIZE = 16 };

void *tree_sitter_bench_external_scanner_create(void) { return NULL; }
void tree_sitter_bench_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_bench_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_bench_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == 0xA0 || c == '\f'; }
static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool is_word(int32_t c) {
  if (c < 0x80) return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  bool sign = c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x206F) || (c >= 0x2190 && c <= 0x2BFF);
  return !sign && (c == 0xAA || c == 0xB5 || c == 0xBA || c >= 0xC0);
}

/* Reads a word; keeps what of it fits, with other letters than ASCII's as `?`. */
static void read_word(TSLexer *lexer, char word[WORD_SIZE]) {
  unsigned length = 0;
  while (is_word(lexer->lookahead)) {
    if (length < WORD_SIZE - 1) word[length++] = lexer->lookahead < 0x80 ? (char)lexer->lookahead : '?';
    lexer->advance(lexer, false);
  }
  word[length] = '\0';
}

static bool is_one_of(const char *word, const char *const *words) {
  for (; *words; words++) {
    if (strcmp(word, *words) == 0) return true;
  }
  return false;
}

static const char *const OPERATORS[] = {"and", "or", "not", "in", "every", "when", "otherwise", NULL};
static const char *const RULES[] = {"when", "otherwise", NULL};
static const char *const RATES[] = {"s", "min", "h", NULL};

/* Whether what comes next is `(`, or a dot that is no range: then the word before is no unit but a function or path. */
static bool at_call_or_path(TSLexer *lexer) {
  if (lexer->lookahead == '(') return true;
  if (lexer->lookahead != '.') return false;
  lexer->advance(lexer, false);
  return lexer->lookahead != '.';
}

/* Whether what comes next makes the word before, apart from its number, a name of its own. */
static bool at_name_end(TSLexer *lexer) {
  while (is_blank(lexer->lookahead)) lexer->advance(lexer, false);
  if (lexer->lookahead == ':' || lexer->lookahead == '[') return true;
  if (lexer->lookahead == '=') {
    lexer->advance(lexer, false);
    return lexer->lookahead != '=';
  }
  if (is_word(lexer->lookahead)) {
    char word[WORD_SIZE];
    read_word(lexer, word);
    return is_one_of(word, RULES);
  }
  return at_call_or_path(lexer);
}

bool tree_sitter_bench_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  (void)payload;
  if (!valid_symbols[UNIT]) return false;
  bool apart = is_blank(lexer->lookahead);
  while (is_blank(lexer->lookahead)) lexer->advance(lexer, true);
  lexer->result_symbol = UNIT;
  if (lexer->lookahead == '%') {
    lexer->advance(lexer, false);
    lexer->mark_end(lexer);
    return true;
  }
  char word[WORD_SIZE];
  if (lexer->lookahead == '/' && !apart) {
    lexer->advance(lexer, false);
    read_word(lexer, word);
    lexer->mark_end(lexer);
    return is_one_of(word, RATES) && !at_call_or_path(lexer);
  }
  if (!is_word(lexer->lookahead) || is_digit(lexer->lookahead)) return false;
  read_word(lexer, word);
  if (is_one_of(word, OPERATORS)) return false;
  lexer->mark_end(lexer);
  bool divides = false;
  if (lexer->lookahead == '/') {
    lexer->advance(lexer, false);
    divides = !is_word(lexer->lookahead) || is_digit(lexer->lookahead);
    if (!divides) {
      read_word(lexer, word);
      /* `5USD/count()` divides by what `count` gives; `5USD/h` is a rate. */
      if (lexer->lookahead == '(') return true;
      lexer->mark_end(lexer);
    }
  }
  return !apart || divides || !at_name_end(lexer);
}
