struct TF_Status {
  int code;
  char message[16384];
};
typedef struct TF_Status TF_Status;
