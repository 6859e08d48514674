/*
 * The least that a server must do to deliver messages to many subscribers: one epoll loop, one send(2) per subscriber for
 * whatever a publisher has sent at once. It understands exactly the requests of the laboratory and nothing else; it has no
 * history, no slow subscribers and no errors. Its processor time per delivery is the unit in which other servers are measured.
 * A channel is a number at the end of the path.
 *
 * cc -O2 -o floor floor.c && ./floor PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX 65536
#define BUFFER (1 << 20)

#define CHANNELS 65536

static int first[CHANNELS], next[MAX], channels[MAX]; /* subscribers by channel: lists of descriptors, which end with 0 */
static char in[BUFFER], out[BUFFER], answers[BUFFER];
static int pending[MAX]; /* bytes of an incomplete request, by descriptor; only publishers have any */
static char *rest[MAX];  /* these bytes */

static const char HEAD[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/* Returns the number in a path such as /bench/17; 0 if there is none. */
static int channel_of(const char *request) {
    const char *path = strchr(request, '/'), *number = path;
    while (*number > ' ' && (number == path || *number != '/')) number++;
    return *number == '/' ? atoi(number + 1) & (CHANNELS - 1) : 0;
}

static void join(int fd, int channel) {
    channels[fd] = channel;
    next[fd] = first[channel];
    first[channel] = fd;
}

static void leave(int fd) {
    for (int *each = &first[channels[fd]]; *each; each = &next[*each])
        if (*each == fd) {
            *each = next[fd];
            break;
        }
    close(fd);
}

static void deliver(int channel, int length) {
    for (int fd = first[channel]; length && fd; fd = next[fd]) {
        int sent = 0;
        while (sent < length) {
            ssize_t n = send(fd, out + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0) sent += n;
            else if (errno != EAGAIN) break;
        }
    }
}

/* Sends all whole messages of a batch to their subscribers, with one send each for messages of the same channel. */
static void publish(int fd, int length) {
    int used = 0, encoded = 0, answered = 0, channel = 0;
    for (;;) {
        char *end = memmem(in + used, length - used, "\r\n\r\n", 4);
        if (!end) break;
        char *field = memmem(in + used, end - in - used, "Content-Length: ", 16);
        int body = field ? atoi(field + 16) : 0;
        int start = end + 4 - in;
        if (start + body > length) break;
        int to = channel_of(in + used);
        if (to != channel) {
            deliver(channel, encoded);
            channel = to;
            encoded = 0;
        }
        encoded += sprintf(out + encoded, "%x\r\n", body + 1);
        memcpy(out + encoded, in + start, body);
        encoded += body;
        memcpy(out + encoded, "\n\r\n", 3);
        encoded += 3;
        memcpy(answers + answered, ANSWER, sizeof ANSWER - 1);
        answered += sizeof ANSWER - 1;
        used = start + body;
    }
    deliver(channel, encoded);
    if (answered) send(fd, answers, answered, MSG_NOSIGNAL);
    pending[fd] = length - used;
    if (pending[fd]) {
        rest[fd] = realloc(rest[fd], pending[fd]);
        memcpy(rest[fd], in + used, pending[fd]);
    }
}

int main(int argc, char **argv) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, loop = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[argc - 1]))};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("floor");
        return 1;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[1024];
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int n = epoll_wait(loop, ready, 1024, -1);
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd;
            if (fd == listener) {
                fd = accept(listener, NULL, NULL);
                if (fd < 0 || fd >= MAX) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
                pending[fd] = 0;
                epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
                continue;
            }
            if (pending[fd]) memcpy(in, rest[fd], pending[fd]);
            ssize_t got = recv(fd, in + pending[fd], BUFFER - 1 - pending[fd], 0);
            if (got <= 0) {
                leave(fd);
            } else if (!pending[fd] && !strncmp(in, "GET ", 4)) {
                send(fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL);
                join(fd, channel_of(in));
            } else {
                publish(fd, pending[fd] + got);
            }
        }
    }
}
