/*
 * script.c - see script.h.
 */
#define _GNU_SOURCE
#include "script.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static const struct {
  const char *name;
  bool has_amount;
} acts[] = {
    [ACT_MSS] = {"mss", true},       [ACT_WINDOW] = {"window", true},   [ACT_CONNECT] = {"connect", false},
    [ACT_BITE] = {"bite", true},     [ACT_REST] = {"rest", true},       [ACT_SEND] = {"send", true},
    [ACT_URGENT] = {"urgent", false},
    [ACT_PAUSE] = {"pause", true},   [ACT_AWAIT] = {"await", true},     [ACT_MEET] = {"meet", false},
    [ACT_FINISH] = {"finish", false}, [ACT_END] = {"end", false},       [ACT_STAY] = {"stay", false},
    [ACT_RESET] = {"reset", false},  [ACT_LEAVE] = {"leave", false},
};

static enum act act_named(const char *name) {
  for (uint32_t act = 0; act < sizeof acts / sizeof *acts; act++) {
    if (strcmp(acts[act].name, name) == 0) return (enum act)act;
  }
  fail("there is no step \"%s\"", name);
}

static uint32_t amount_in(const char *word) {
  char *end;
  unsigned long amount = word == NULL ? 0 : strtoul(word, &end, 10);
  if (word == NULL || *end != '\0' || amount > UINT32_MAX) fail("\"%s\" is no amount", word == NULL ? "" : word);
  return (uint32_t)amount;
}

static void *one_more(void *items, uint32_t count, size_t size) {
  void *grown = reallocarray(items, count + 1, size);
  if (grown == NULL) fail("reallocarray: %m");
  return grown;
}

static struct role read_role(char *line) {
  static const char BLANKS[] = " \n";
  struct role role = {0};
  for (char *word = strtok(line, BLANKS); word != NULL; word = strtok(NULL, BLANKS)) {
    enum act act = act_named(word);
    uint32_t amount = acts[act].has_amount ? amount_in(strtok(NULL, BLANKS)) : 0;
    role.steps = one_more(role.steps, role.count, sizeof *role.steps);
    role.steps[role.count++] = (struct step){.act = act, .amount = amount};
  }
  return role;
}

struct script read_script(FILE *input) {
  struct script script = {0};
  char *line = NULL;
  size_t capacity = 0;
  while (getline(&line, &capacity, input) > 0) {
    struct role role = read_role(line);
    if (role.count == 0) continue;
    script.roles = one_more(script.roles, script.count, sizeof *script.roles);
    script.roles[script.count++] = role;
  }
  free(line);
  return script;
}
