// Private to flow: what the loops of one runner share.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "flow/gate.hpp"
#include "flow/runner.hpp"

namespace flow {

struct Surroundings {
    Platform platform;
    std::string service;
    RunnerOptions options;
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    std::function<void()> work_may_be_there = [] {};  // after a commit of the service's own
};

}  // namespace flow
