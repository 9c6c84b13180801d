// The serving side.
#pragma once

#include <kj/string.h>

// Serves a Partner at a unix socket until stdin is closed.
void serve(kj::StringPtr path);
