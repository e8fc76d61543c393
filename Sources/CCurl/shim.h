#include <curl/curl.h>

/* Swift does not import variadic functions, nor constants that are macros with casts. */

static inline CURLcode qm_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline CURLcode qm_curl_set_text(CURL *curl, CURLoption option, const char *value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode qm_curl_set_number(CURL *curl, CURLoption option, long value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode qm_curl_set_size(CURL *curl, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode qm_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode qm_curl_set_pointer(CURL *curl, CURLoption option, void *value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode qm_curl_set_transfer(CURL *curl, CURLoption option, curl_read_callback call) {
  return curl_easy_setopt(curl, option, call);
}

static inline CURLcode qm_curl_set_progress(CURL *curl, curl_xferinfo_callback call) {
  return curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, call);
}
