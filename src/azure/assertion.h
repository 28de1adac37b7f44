// The client assertion: a JSON Web Token signed with the key of a certificate, in the place of a client secret.
#pragma once

#include <string>

#include "azure/surroundings.h"

namespace pgcharter::azure {

struct AssertionRequest {
  std::string pem;       ///< a certificate and its RSA key; perhaps the chain
  std::string password;  ///< of the key; empty where it has none
  std::string client_id;
  std::string audience;  ///< the URL of the token endpoint
  Instant now;
  bool send_chain = false;  ///< x5c, for applications that trust a certificate's subject and issuer
};

/// Throws Error that names what is wrong with the PEM text, never the text.
std::string make_client_assertion(const AssertionRequest& request);

}  // namespace pgcharter::azure
