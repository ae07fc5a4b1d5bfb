package io.maru.client;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which way the arrows between packages run: see {@code docs/architecture.md}. */
class LayeringTest {

    private static final String WIRE = "io.maru.wire..";
    private static final String ENGINE = "io.maru.client.engine..";
    private static final String NETWORK = "io.maru.client.netty..";

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.maru.wire", "io.maru.client");

    @Test
    void everyLayerIsLookedAt() {
        for (String name : List.of(
                "io.maru.wire.Packet",
                "io.maru.client.Socket",
                "io.maru.client.engine.Session",
                "io.maru.client.netty.NettyLoops")) {
            assertThat(OURS.contain(name)).as(name).isTrue();
        }
    }

    @Test
    void onlyTheNetworkImportsNettysChannels() {
        noClasses()
                .that()
                .resideOutsideOfPackage(NETWORK)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..", "io.netty.resolver..")
                .check(OURS);
    }

    @Test
    void theEngineImportsNeitherNettyNorWhatIsAboveIt() {
        classes()
                .that()
                .resideInAPackage(ENGINE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(ENGINE, WIRE, "java..", "org.slf4j..", "org.jspecify..")
                .check(OURS);
    }

    @Test
    void theNetworkImportsOfOursOnlyEngineAndWire() {
        noClasses()
                .that()
                .resideInAPackage(NETWORK)
                .should()
                .dependOnClassesThat(resideInAPackage("io.maru..")
                        .and(DescribedPredicate.not(resideInAPackage(NETWORK)))
                        .and(DescribedPredicate.not(resideInAPackage(ENGINE)))
                        .and(DescribedPredicate.not(resideInAPackage(WIRE))))
                .check(OURS);
    }

    @Test
    void theTopUsesNothingOfNetty() {
        noClasses()
                .that()
                .resideInAPackage("io.maru.client")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(OURS);
    }

    @Test
    void theClientCarriesNoServer() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.maru.server..")
                .check(OURS);
    }

    @Test
    void noPackagesImportEachOther() {
        slices().matching("io.maru.(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void publicTypesAreFinalOrSealedOrMeantToBeImplemented() {
        List<String> open = new ArrayList<>();
        for (JavaClass type : OURS) {
            if (type.getPackageName().startsWith("io.maru.client")
                    && type.getModifiers().contains(JavaModifier.PUBLIC)
                    && !type.isInterface()
                    && !type.getModifiers().contains(JavaModifier.FINAL)
                    && !type.reflect().isSealed()) {
                open.add(type.getName());
            }
        }
        assertThat(open).isEmpty();
    }
}
