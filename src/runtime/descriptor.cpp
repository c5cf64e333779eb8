#include "runtime/descriptor.hpp"

#include <unistd.h>

namespace runtime {

void Descriptor::close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
}

}  // namespace runtime
