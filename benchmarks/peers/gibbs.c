/* Gibbs sampling of one chain on one thread, in single precision.

   Compiled and called by benchmarks/sampling.py. Rows of weights are padded with zeros
   to whole vectors, so that inner loops have no rests; random thresholds are drawn for
   a whole sweep at once. After every sweep the state is written, a byte a neuron. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANES 16
#define MOST 1024 /* neurons */

typedef float Vector __attribute__((vector_size(4 * LANES), aligned(4)));

typedef struct {
    uint32_t s[4][LANES];
} Random; /* xoshiro128+, 16 of them side by side */

static void start(Random *random, uint64_t x) {
    for (int i = 0; i < 4; i++)
        for (int lane = 0; lane < LANES; lane++) { /* splitmix64 */
            uint64_t y = (x += 0x9e3779b97f4a7c15u);
            y = (y ^ (y >> 30)) * 0xbf58476d1ce4e5b9u;
            y = (y ^ (y >> 27)) * 0x94d049bb133111ebu;
            random->s[i][lane] = (uint32_t)((y ^ (y >> 31)) >> 32);
        }
}

/* A neuron is active where its drive exceeds log r/(1 - r) with r uniform on (0, 1). */
static void thresholds(Random *random, float *t, long padded) {
    uint32_t(*s)[LANES] = random->s;
    for (long i = 0; i < padded; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            uint32_t word = s[0][lane] + s[3][lane], shifted = s[1][lane] << 9;
            s[2][lane] ^= s[0][lane];
            s[3][lane] ^= s[1][lane];
            s[1][lane] ^= s[2][lane];
            s[0][lane] ^= s[3][lane];
            s[2][lane] ^= shifted;
            s[3][lane] = s[3][lane] << 11 | s[3][lane] >> 21;
            float r = ((float)(int32_t)(word >> 9) + 0.5f) * 0x1p-23f;
            t[i + lane] = logf(r / (1.0f - r));
        }
}

/* Four sums at a time, since one would wait for itself. */
static inline float product(const float *row, const float *z, long first, long end) {
    Vector sums[4] = {{0}};
    long j = first;
    for (; j + 4 * LANES <= end; j += 4 * LANES)
#pragma GCC unroll 4
        for (int v = 0; v < 4; v++)
            sums[v] += *(const Vector *)(row + j + v * LANES) *
                       *(const Vector *)(z + j + v * LANES);
    for (; j < end; j += LANES)
        sums[0] += *(const Vector *)(row + j) * *(const Vector *)(z + j);
    Vector total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    float sum = 0.0f;
    for (int lane = 0; lane < LANES; lane++) sum += total[lane];
    return sum;
}

/* Neuron after neuron on any graph: weights (n, padded), those from neuron j in column
   place[j], all zero but from first[i] to end[i], multiples of LANES. A layer has its
   own vectors: to read one that has just been written to in part takes long. */
void neuron_after_neuron(long n, long padded, const float *weights, const float *biases,
                         const long *place, const long *first, const long *end,
                         long sweeps, uint64_t seed, uint8_t *states) {
    Random random;
    _Alignas(64) float z[MOST] = {0}, t[MOST];
    start(&random, seed);
    for (long sweep = 0; sweep < sweeps; sweep++, states += n) {
        thresholds(&random, t, padded);
        for (long i = 0; i < n; i++) {
            float u = biases[i] + product(weights + i * padded, z, first[i], end[i]);
            z[place[i]] = u > t[i];
            states[i] = u > t[i];
        }
    }
}

/* Add up rows of weights, as many columns at a time as stay in registers. */
static inline __attribute__((always_inline)) void add_rows(
    int vectors, long count, const long *active, long padded, const float *weights,
    float *u) {
    Vector sums[4];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) sums[v] = *(Vector *)(u + v * LANES);
    for (long k = 0; k < count; k++) {
        const float *row = weights + active[k] * padded;
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) sums[v] += *(const Vector *)(row + v * LANES);
    }
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) *(Vector *)(u + v * LANES) = sums[v];
}

/* Draw a layer from the rows of the active neurons of the other one. */
static void draw_layer(long n_from, const uint8_t *from, long n, long padded,
                       const float *weights, const float *biases, const float *t,
                       uint8_t *states) {
    _Alignas(64) float u[MOST];
    long active[MOST], count = 0, j = 0;
    for (long i = 0; i < n_from; i++) { /* no branch on a coin */
        active[count] = i;
        count += from[i];
    }
    memcpy(u, biases, (size_t)padded * sizeof *u);
    for (; j + 64 <= padded; j += 64)
        add_rows(4, count, active, padded, weights + j, u + j);
    for (; j + 32 <= padded; j += 32)
        add_rows(2, count, active, padded, weights + j, u + j);
    for (; j < padded; j += 16)
        add_rows(1, count, active, padded, weights + j, u + j);
    for (j = 0; j < n; j++) states[j] = u[j] > t[j];
}

/* Two layers in turn: up (n_visible, padded_hidden), down (n_hidden, padded_visible). */
void layer_after_layer(long n_visible, long n_hidden, long padded_visible,
                       long padded_hidden, const float *up, const float *down,
                       const float *visible_biases, const float *hidden_biases,
                       long sweeps, uint64_t seed, uint8_t *states) {
    Random random;
    _Alignas(64) float t[2 * MOST];
    uint8_t none[MOST] = {0};
    const uint8_t *hidden = none;
    start(&random, seed);
    for (long sweep = 0; sweep < sweeps; sweep++) {
        thresholds(&random, t, padded_visible + padded_hidden);
        draw_layer(n_hidden, hidden, n_visible, padded_visible, down, visible_biases, t,
                   states);
        draw_layer(n_visible, states, n_hidden, padded_hidden, up, hidden_biases,
                   t + padded_visible, states + n_visible);
        hidden = states + n_visible;
        states += n_visible + n_hidden;
    }
}
