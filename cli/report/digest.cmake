# The SHA-256 of the text that embed_text.cmake embeds, as a C string literal: cmake -DINPUT=... -DOUTPUT=... -P digest.cmake
file(READ "${INPUT}" text)
string(SHA256 digest "${text}")
file(WRITE "${OUTPUT}" "\"${digest}\"\n")
