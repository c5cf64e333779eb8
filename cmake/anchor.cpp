// A layer of headers only still needs one translation unit to be a static library.
