/** Makes the page on performance, its plots and the tables of the READMEs from a file of results. */
@NullMarked
package io.maru.benchmarks.page;

import org.jspecify.annotations.NullMarked;
