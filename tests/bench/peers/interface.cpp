// The C face of a peer, for ctypes.
#include <cstdio>
#include <exception>

#include "peer.hpp"

extern "C" {

// Null, and a line on standard error, where the peer cannot be made.
Peer* peer_create(const PeerShape* shape, const PeerInputs* inputs, int with_weights) {
  try {
    return make_peer(*shape, *inputs, with_weights != 0).release();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer: %s\n", error.what());
    return nullptr;
  }
}

void peer_run(Peer* peer, int count) {
  for (int i = 0; i < count; ++i) peer->run();
}

void peer_result(const Peer* peer, float* output, float* weights) { peer->copy_result(output, weights); }

const char* peer_path(const Peer* peer) { return peer->path(); }

const char* peer_library_version() { return peer_version(); }

void peer_destroy(Peer* peer) { delete peer; }
}
