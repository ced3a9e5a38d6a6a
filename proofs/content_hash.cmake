# Writes the source of content_hash(): cmake -DOUTPUT=... "-DFILES=a;b" -P content_hash.cmake
set(hashes "")
foreach(file ${FILES})
  file(SHA256 ${file} hash)
  string(APPEND hashes "${hash}\n")
endforeach()
string(SHA256 content "${hashes}")
file(WRITE ${OUTPUT} "#include \"proofs/content_hash.hpp\"\n\nstd::string vtlcheck::proofs::content_hash() { return \"${content}\"; }\n")
