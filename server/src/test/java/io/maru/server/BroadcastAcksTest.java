package io.maru.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.maru.wire.Payload;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the members of a room answer. */
@ParameterizedClass
@EnumSource
class BroadcastAcksTest extends ServerFixture {

    // enough for one who answers at once, also where the machine is slow
    private static final Duration TIMEOUT = Duration.ofMillis(1500);

    @Parameter
    Threads threads = Threads.ONE_LOOP;

    private final Members members = new Members(this);

    @BeforeEach
    void serveFour() {
        serve(options -> {
            threads.accept(options);
            options.ackTimeout(TIMEOUT).maxPendingAcks(5);
        });
        start();
        members.add("a", "r");
        members.add("b", "r");
        members.add("c");
        members.add("p", "r");
    }

    private Broadcast room() {
        return server().main().to("r").timeout(Duration.ofSeconds(10));
    }

    private void expectQuestion(String... names) {
        for (String name : names) {
            members.client(name)
                    .expect(
                            name.equals("p")
                                    ? "{\"type\":\"ask\",\"messageId\":0,\"args\":[1,2]}"
                                    : "420[\"ask\",1,2]");
        }
    }

    @Test
    void areCompleteWhenAllHaveAnswered() {
        CompletableFuture<Answers> answers = room().request("ask", 1, 2);
        expectQuestion("a", "b", "p");
        members.client("a").send("430[\"A\",\"more\"]");
        members.client("p").send("{\"type\":\"callback\",\"messageId\":0,\"data\":\"P\"}");
        fence(members.client("a"));
        fencePlain(members.client("p"));
        assertThat(answers).isNotDone();
        members.client("b").send("430[]");
        Answers all = get(answers);
        assertThat(all.complete()).isTrue();
        assertThat(all.expected()).isEqualTo(3);
        assertThat(all.received())
                .extracting(Payload::toString)
                .containsExactlyInAnyOrder("[\"A\",\"more\"]", "[\"P\"]", "[]");
        members.assertSilence();
    }

    @Test
    void countEachMemberOnce() {
        CompletableFuture<Answers> answers = room().request("ask", 1, 2);
        expectQuestion("a", "b", "p");
        members.client("a").send("430[1]", "430[2]", "430[3]");
        members.client("c").send("430[\"was not asked\"]");
        fence(members.client("a"), members.client("c"));
        assertThat(answers).isNotDone();
        members.client("b").send("430[4]");
        members.client("p").send("{\"type\":\"callback\",\"messageId\":0,\"data\":5}");
        assertThat(get(answers).received())
                .extracting(Payload::toString)
                .containsExactlyInAnyOrder("[1]", "[4]", "[5]");
    }

    @Test
    void arePartialWhenTheTimeIsOver() {
        CompletableFuture<Answers> answers =
                server().main().to("r").timeout(TIMEOUT).request("ask", 1, 2);
        expectQuestion("a", "b", "p");
        members.client("b").send("430[\"B\"]");
        Answers some = get(answers);
        assertThat(some.complete()).isFalse();
        assertThat(some.expected()).isEqualTo(3);
        assertThat(some.received()).extracting(Payload::toString).containsExactly("[\"B\"]");
        members.client("a").send("430[\"late\"]");
        members.assertSilence();
        assertThat(some.received()).hasSize(1);
    }

    @Test
    void areAwaitedForTheTimeOfTheServerWhereNothingElseIsSaid() {
        CompletableFuture<Answers> answers = server().main().to("r").request("ask", 1, 2);
        expectQuestion("a", "b", "p");
        members.client("a").send("430[]");
        Answers some = get(answers);
        assertThat(some.expected()).isEqualTo(3);
        assertThat(some.received()).hasSize(1);
    }

    @Test
    void areNoneAtOnceWhenNobodyIsAddressed() {
        for (Broadcast nobody : new Broadcast[] {
            server().main().to("nobody").timeout(Duration.ofDays(1)),
            room().except("r"),
            members.socket("c").to(members.id("c")).timeout(Duration.ofDays(1))
        }) {
            Answers none = get(nobody.request("ask"));
            assertThat(none.expected()).isZero();
            assertThat(none.complete()).isTrue();
            assertThat(none.received()).isEmpty();
        }
        members.assertSilence();
    }

    @Test
    void doNotWaitForAMemberThatLeaves() {
        CompletableFuture<Answers> answers = room().request("ask", 1, 2);
        expectQuestion("a", "b", "p");
        members.client("a").send("430[\"A\"]");
        members.client("b").cut();
        members.client("p").sendClose(1000);
        Answers some = get(answers);
        assertThat(some.complete()).isFalse();
        assertThat(some.expected()).isEqualTo(3);
        assertThat(some.received()).extracting(Payload::toString).containsExactly("[\"A\"]");
    }

    @Test
    void doNotIncludeTheSender() {
        CompletableFuture<Answers> answers =
                members.socket("a").to("r").timeout(Duration.ofSeconds(10)).request("ask", 1, 2);
        expectQuestion("b", "p");
        members.client("b").send("430[\"B\"]");
        members.client("p").send("{\"type\":\"callback\",\"messageId\":0,\"data\":\"P\"}");
        assertThat(get(answers).expected()).isEqualTo(2);
        members.assertSilence();
    }

    @Test
    void leaveNothingPendingBehind() {
        for (int i = 0; i < 20; i++) {
            get(server().main().to("r").timeout(Duration.ofMillis(1)).request("ask"));
        }
        // would be refused if the others were still awaited
        CompletableFuture<Payload> answer =
                members.socket("a").timeout(Duration.ofSeconds(10)).request("last");
        String question = members.client("a").text();
        while (!question.contains("last")) {
            question = members.client("a").text();
        }
        assertThat(question).isEqualTo("4220[\"last\"]");
        members.client("a").send("4320[]");
        get(answer);
    }

    @Test
    void letGoOfTheBuffersOfLargeQuestions() {
        byte[] large = new byte[200_000];
        for (int i = 0; i < 10; i++) {
            CompletableFuture<Answers> answers =
                    server().main().everyone().timeout(Duration.ofSeconds(10)).request("ask", (Object) large);
            for (String name : new String[] {"a", "b", "c"}) {
                members.client(name).expect("451-" + i + "[\"ask\",{\"_placeholder\":true,\"num\":0}]");
                assertThat(members.client(name).bytes()).hasSize(large.length);
                members.client(name).send("43" + i + "[]");
            }
            assertThat(members.client("p").text()).hasSizeGreaterThan(large.length);
            members.client("p").send("{\"type\":\"callback\",\"messageId\":" + i + "}");
            assertThat(get(answers).complete()).isTrue();
            System.gc(); // what is lost is found by the allocations of the next round
        }
    }

    @Test
    void areForgottenWhenTheAskerGivesUp() {
        for (int id = 0; id < 10; id++) { // five may be owed
            CompletableFuture<Answers> given = room().request("q");
            members.client("a").expect("42" + id + "[\"q\"]");
            members.client("b").expect("42" + id + "[\"q\"]");
            members.client("p").expect("{\"type\":\"q\",\"messageId\":" + id + ",\"args\":[]}");
            assertThat(given.cancel(true)).isTrue();
            fence(members.client("a"));
            fence(members.client("b"));
            fencePlain(members.client("p"));
        }
        members.assertSilence();
    }
}
