# Turns a text file into a C++ raw string literal: cmake -DINPUT=... -DOUTPUT=... -P embed_text.cmake
file(READ "${INPUT}" text)
file(WRITE "${OUTPUT}" "R\"EMBEDDED(${text})EMBEDDED\"\n")
