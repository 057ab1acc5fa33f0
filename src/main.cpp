#include "attnviz/app/commands.hpp"

int main(int argc, char** argv) { return attnviz::app::run_program(argc, argv); }
