// What a client does to a server, by name.
#pragma once

#include <kj/string.h>

// Prints the name of every case.
void listCases();

// Runs a case against the server at a unix socket, and throws where the server does not do what it
// should. Returns false if there is no such case.
bool runCase(kj::StringPtr name, kj::StringPtr path);
