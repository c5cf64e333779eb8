#include "app/program.hpp"

int main(int argument_count, char** arguments) {
    return app::run_program(argument_count, arguments);
}
