package io.maru.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which way the arrows between packages run: see {@code docs/architecture.md}. */
class LayeringTest {

    private static final String WIRE = "io.maru.wire..";
    private static final String ENGINE = "io.maru.server.engine..";
    private static final String NETWORK = "io.maru.server.netty..";

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.maru.wire", "io.maru.server");

    @Test
    void everyLayerIsLookedAt() {
        for (String name : List.of(
                "io.maru.wire.Packet",
                "io.maru.wire.socketio.SocketIoDialect",
                "io.maru.server.Socket",
                "io.maru.server.engine.Session",
                "io.maru.server.netty.NettyServer")) {
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
    void onlyItsOwnDialectsNeedMessagePack() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.maru.wire.msgpack")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.msgpack..")
                .check(OURS);
    }

    @Test
    void wireImportsNothingOfTheServer() {
        noClasses()
                .that()
                .resideInAPackage(WIRE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.maru.server..")
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
    void theCoreUsesNothingOfNetty() {
        noClasses()
                .that()
                .resideInAPackage("io.maru.server")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(OURS);
    }

    @Test
    void noPackagesImportEachOther() {
        slices().matching("io.maru.(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void publicMethodsNameNoTypeOfNetty() {
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAPackage("io.maru.server")
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should(nameNoTypeOfNetty())
                .check(OURS);
    }

    @Test
    void publicTypesAreFinalOrSealedOrMeantToBeImplemented() {
        List<String> open = new ArrayList<>();
        for (JavaClass type : OURS) {
            if (type.getPackageName().equals("io.maru.server")
                    && type.getModifiers().contains(JavaModifier.PUBLIC)
                    && !type.isInterface()
                    && !type.getModifiers().contains(JavaModifier.FINAL)
                    && !type.reflect().isSealed()) {
                open.add(type.getName());
            }
        }
        assertThat(open).isEmpty();
    }

    private static ArchCondition<JavaMethod> nameNoTypeOfNetty() {
        return new ArchCondition<>("name no type of Netty") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                List<JavaType> named = new ArrayList<>(method.getParameterTypes());
                named.add(method.getReturnType());
                for (JavaConstructor constructor : method.getOwner().getConstructors()) {
                    if (constructor.getModifiers().contains(JavaModifier.PUBLIC)) {
                        named.addAll(constructor.getParameterTypes());
                    }
                }
                for (JavaType type : named) {
                    if (isOfNetty(type)) {
                        events.add(SimpleConditionEvent.violated(method, method.getFullName() + " names " + type));
                    }
                }
            }
        };
    }

    private static boolean isOfNetty(JavaType type) {
        if (type instanceof JavaParameterizedType parameterized
                && parameterized.getActualTypeArguments().stream().anyMatch(LayeringTest::isOfNetty)) {
            return true;
        }
        return type.toErasure().getPackageName().startsWith("io.netty");
    }
}
