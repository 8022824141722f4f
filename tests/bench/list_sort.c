// Merge sort of a linked list: pointers chased through memory.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next;
    uint32_t key;
};

static struct node *merge(struct node *a, struct node *b) {
    struct node *head = NULL, **tail = &head;
    while (a != NULL && b != NULL) {
        struct node **from = a->key <= b->key ? &a : &b;
        *tail = *from;
        tail = &(*tail)->next;
        *from = *tail;
    }
    *tail = a != NULL ? a : b;
    return head;
}

static struct node *sort(struct node *list) {
    if (list == NULL || list->next == NULL) return list;
    struct node *slow = list, *fast = list->next;
    while (fast != NULL && fast->next != NULL) slow = slow->next, fast = fast->next->next;
    struct node *second = slow->next;
    slow->next = NULL;
    return merge(sort(list), sort(second));
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    uint32_t x = 1, checksum = 0;
    for (int round = 0; round < units; round++) {
        struct node *list = NULL;
        for (int i = 0; i < 20000; i++) {
            struct node *n = malloc(sizeof *n);
            x = x * 1664525 + 1013904223;
            n->key = x >> 8, n->next = list, list = n;
        }
        list = sort(list);
        for (int i = 0; list != NULL; i++) {
            struct node *next = list->next;
            if (i % 500 == 0) checksum = checksum * 31 + list->key;
            free(list);
            list = next;
        }
    }
    printf("%u\n", checksum);
    return 0;
}
