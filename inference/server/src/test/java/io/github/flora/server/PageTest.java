package io.github.flora.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.PointerInput;
import org.openqa.selenium.interactions.Sequence;

/** The page in a real Chromium; skipped where none is installed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PageTest {

  @TempDir Path temp;
  private @Nullable TestServer photos;
  private @Nullable TestServer digits;
  private @Nullable ChromeDriver open;

  @BeforeAll
  void start() {
    Optional<Path> driver = find("chromedriver");
    assumeTrue(
        driver.isPresent() && (find("chromium").isPresent() || find("google-chrome").isPresent()),
        "no Chromium here: apt-get install chromium chromium-driver");
    photos = new TestServer(TestServer.SETTINGS);
    digits = TestServer.digits();
    open = browser(driver.get(), "en-GB");
  }

  private static Optional<Path> find(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static ChromeDriver browser(Path driver, String language) {
    ChromeOptions options = new ChromeOptions();
    find("chromium").ifPresent(path -> options.setBinary(path.toString()));
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=" + language);
    options.setExperimentalOption("prefs", java.util.Map.of("intl.accept_languages", language));
    return new ChromeDriver(
        new ChromeDriverService.Builder().usingDriverExecutable(driver.toFile()).build(), options);
  }

  @AfterAll
  void stop() {
    if (open != null) {
      open.quit();
    }
    for (TestServer server : new TestServer[] {photos, digits}) {
      if (server != null) {
        server.close();
      }
    }
  }

  @BeforeEach
  void reset() {
    browser().manage().window().setSize(new Dimension(1000, 900));
  }

  private ChromeDriver browser() {
    if (open == null) {
      throw new IllegalStateException("No browser");
    }
    return open;
  }

  private void visit(@Nullable TestServer server) {
    if (server == null) {
      throw new IllegalStateException("No server");
    }
    browser().get(server.uri("/").toString());
    await(() -> !text("model").isEmpty());
  }

  private void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, () -> "the page says: " + text("status"));
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private String text(String id) {
    return browser().findElement(By.id(id)).getText();
  }

  private List<String> answers() {
    return browser().findElements(By.cssSelector("#top .name")).stream()
        .map(WebElement::getText)
        .toList();
  }

  private WebElement element(String selector) {
    return browser().findElement(By.cssSelector(selector));
  }

  private void choose(byte[] content, String name) throws Exception {
    Path file = Files.write(temp.resolve(name), content);
    browser().findElement(By.id("file")).sendKeys(file.toString());
  }

  @ParameterizedTest
  @CsvSource({"10, level 0", "250, level 9"})
  void choosesAFile(int brightness, String expected) throws Exception {
    visit(photos);
    choose(TestServer.picture(brightness), brightness + ".png");
    await(() -> answers().size() == 5);
    assertEquals(expected, answers().get(0));
    assertEquals("brightness · 10 classes · no engine", text("model"));
    assertTrue(
        text("latency").matches("[0-9.]+ ms in the server, [0-9.]+ ms in all"), text("latency"));
    // Nine logits of 0 and one of 5.
    double confidence = Math.exp(5) / (Math.exp(5) + 9);
    assertEquals("94.3 %", element("#top li:first-child .line > :last-child").getText());
    assertEquals(
        confidence,
        Double.parseDouble(element("#top li:first-child > meter").getDomProperty("value")),
        1e-6);
    assertTrue(browser().findElement(By.id("picture")).isDisplayed());
    assertFalse(browser().findElement(By.id("drawing")).isDisplayed(), "no digits, no drawing");
    assertEquals(
        "file",
        browser().executeScript("return document.getElementById('drop').control.id"),
        "a click where one drops opens the same dialog");
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop", "paste"})
  void takesWhatIsDroppedOrPasted(String event) {
    visit(photos);
    browser()
        .executeScript(
            """
            const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], 'a.png', {type: 'image/png'}));
            document.body.dispatchEvent(arguments[1] === 'drop'
              ? new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})
              : new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
            """,
            Base64.getEncoder().encodeToString(TestServer.picture(130)),
            event);
    await(() -> answers().size() == 5);
    assertEquals("level 5", answers().get(0));
    assertTrue(browser().findElement(By.id("picture")).isDisplayed());
  }

  /** The browser itself would open the picture instead of the page. */
  @Test
  void takesDropsFromTheBrowserAndShowsWhere() {
    visit(photos);
    assertEquals(
        List.of(true, "over", true, ""),
        browser()
            .executeScript(
                """
                const drop = document.getElementById('drop');
                const taken = (type) => !document.body.dispatchEvent(
                  new DragEvent(type, {dataTransfer: new DataTransfer(), bubbles: true, cancelable: true}));
                const over = taken('dragover');
                const shown = drop.className;
                return [over, shown, taken('drop'), drop.className];
                """));
    assertEquals("That holds no picture.", text("status"));
  }

  @Test
  void saysThatTheServerIsGone() throws Exception {
    try (TestServer leaving = new TestServer(TestServer.SETTINGS)) {
      visit(leaving);
    }
    choose(TestServer.picture(1), "c.png");
    await(() -> text("status").equals("The server can’t be reached."));
    assertEquals("status", element("#status").getAriaRole(), "so that readers of screens say it");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    visit(photos);
    choose(new byte[] {1, 2, 3}, "a.png");
    await(() -> text("status").contains("isn't an image"));
    assertEquals(List.of(), answers());
  }

  /** Keeps what the page sends. */
  private void listen() {
    browser()
        .executeScript(
            """
            const ask = window.fetch;
            window.fetch = (...request) => {
              window.sent = request[1].body;
              return ask(...request);
            };
            """);
  }

  /** Whether there is ink in what was sent; nothing is but ink and paper. */
  private boolean inked(int x, int y) {
    String pixel =
        String.valueOf(
            browser()
                .executeAsyncScript(
                    """
                    const [x, y, done] = arguments;
                    createImageBitmap(window.sent).then((image) => {
                      const pen = new OffscreenCanvas(280, 280).getContext('2d');
                      pen.drawImage(image, 0, 0);
                      const grey = pen.getImageData(0, 0, 280, 280).data.every(
                        (v, i, all) => i % 4 === 3 || v === all[i - i % 4]);
                      done(grey ? pen.getImageData(x, y, 1, 1).data[0] : 'coloured');
                    });
                    """,
                    x, y));
    assertTrue(pixel.matches("0|255"), pixel);
    return pixel.equals("255");
  }

  @Test
  void drawsADigit() {
    visit(digits);
    listen();
    WebElement canvas = browser().findElement(By.id("canvas"));
    new Actions(browser())
        .moveToElement(canvas, 0, -80)
        .clickAndHold()
        .moveByOffset(0, 80)
        .moveByOffset(0, 60)
        .release()
        .perform();
    await(() -> answers().size() == 5);
    assertEquals("0", answers().get(0));
    assertTrue(inked(140, 70) && inked(140, 195));
    assertFalse(inked(100, 140));
  }

  /** On a screen so small that the canvas shrinks. */
  @Test
  void drawsADigitByFinger() {
    narrow(240);
    try {
      visit(digits);
      listen();
      WebElement canvas = browser().findElement(By.id("canvas"));
      browser().executeScript("arguments[0].scrollIntoView({block: 'center'})", canvas);
      int width = canvas.getSize().getWidth();
      assertTrue(width < 240, canvas.getSize()::toString);
      PointerInput finger = new PointerInput(PointerInput.Kind.TOUCH, "finger");
      PointerInput.Origin middle = PointerInput.Origin.fromElement(canvas);
      Sequence stroke =
          new Sequence(finger, 0)
              .addAction(finger.createPointerMove(Duration.ZERO, middle, width / 4, -width / 4))
              .addAction(finger.createPointerDown(PointerInput.MouseButton.LEFT.asArg()))
              .addAction(
                  finger.createPointerMove(Duration.ofMillis(100), middle, width / 4, width / 4))
              .addAction(finger.createPointerUp(PointerInput.MouseButton.LEFT.asArg()));
      browser().perform(List.of(stroke));
      await(() -> answers().size() == 5);
      assertTrue(inked(210, 80) && inked(210, 200));
      assertFalse(inked(140, 140));
      assertEquals("none", canvas.getCssValue("touch-action"), "or the page would scroll");
    } finally {
      wide();
    }
  }

  private void narrow(int width) {
    browser()
        .executeCdpCommand(
            "Emulation.setDeviceMetricsOverride",
            java.util.Map.of(
                "width", width, "height", 800, "deviceScaleFactor", 2, "mobile", true));
  }

  private void wide() {
    browser().executeCdpCommand("Emulation.clearDeviceMetricsOverride", java.util.Map.of());
  }

  @Test
  void drawsADigitByKeyboard() {
    visit(digits);
    listen();
    WebElement canvas = browser().findElement(By.id("canvas"));
    // Through the page in the order of tabs, as without a mouse.
    List<String> reached = new ArrayList<>();
    while (reached.size() < 10 && !reached.contains("canvas")) {
      new Actions(browser()).sendKeys(Keys.TAB).perform();
      reached.add(String.valueOf(browser().switchTo().activeElement().getDomAttribute("id")));
    }
    assertEquals(List.of("language", "file", "canvas"), reached);
    assertNotEquals("none", canvas.getCssValue("outline-style"), "one sees where one is");
    new Actions(browser())
        .sendKeys(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.ARROW_UP)
        .perform();
    assertFalse(isBlack(), "and where the pen is");
    Actions keys = new Actions(browser()).sendKeys(Keys.SPACE);
    for (int i = 0; i < 8; i++) {
      keys = keys.sendKeys(Keys.ARROW_DOWN);
    }
    for (int i = 0; i < 5; i++) {
      keys = keys.sendKeys(Keys.ARROW_RIGHT);
    }
    keys.sendKeys(Keys.SPACE).perform();
    await(() -> answers().size() == 5);
    assertTrue(inked(120, 115) && inked(120, 160) && inked(165, 200));
    assertFalse(inked(140, 140) || inked(120, 100) || inked(185, 200));
    new Actions(browser()).sendKeys(Keys.DELETE).perform();
    assertTrue(isBlack());
  }

  @Test
  void clearsTheDrawing() {
    visit(digits);
    browser().findElement(By.id("canvas")).click();
    assertFalse(isBlack());
    browser().findElement(By.id("clear")).click();
    assertTrue(isBlack());
  }

  private boolean isBlack() {
    return Boolean.TRUE.equals(
        browser()
            .executeScript(
                "return document.getElementById('canvas').getContext('2d')"
                    + ".getImageData(0, 0, 280, 280).data.every((v, i) => i % 4 === 3 || v === 0)"));
  }

  @Test
  void saysThatAPictureWasInverted() throws Exception {
    visit(digits);
    BufferedImage ink = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D pen = ink.createGraphics();
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, 28, 28);
    pen.setColor(Color.BLACK);
    pen.fillRect(12, 4, 4, 20);
    pen.dispose();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(ink, "png", file);
    choose(file.toByteArray(), "ink.png");
    await(() -> answers().size() == 5);
    assertEquals("Dark on light, so inverted.", text("status"));
  }

  /** What the first one gets, be it an answer or a refusal, comes after the second's answer. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void showsTheAnswerToTheLastPicture(boolean good) throws Exception {
    visit(photos);
    browser()
        .executeScript(
            """
            const ask = window.fetch;
            let asked = 0;
            window.late = false;
            window.fetch = async (...request) => {
              const first = asked++ === 0;
              const answer = await ask(...request);
              if (first) {
                await new Promise((done) => setTimeout(done, 700));
                setTimeout(() => { window.late = true; }, 100);
              }
              return answer;
            };
            """);
    choose(good ? TestServer.picture(10) : new byte[] {1, 2, 3}, "first.png");
    choose(TestServer.picture(250), "second.png");
    await(() -> answers().size() == 5);
    await(() -> Boolean.TRUE.equals(browser().executeScript("return window.late")));
    assertEquals("", text("status"));
    assertEquals("level 9", answers().get(0));
    // Which shows it anew.
    browser().findElement(By.id("language")).click();
    assertEquals("level 9", answers().get(0));
  }

  @Test
  void speaksChineseWhenAsked() {
    visit(digits);
    assertEquals("Answer", text("output-title"));
    browser().findElement(By.id("language")).click();
    assertEquals("识别结果", text("output-title"));
    assertEquals("zh", browser().findElement(By.tagName("html")).getDomAttribute("lang"));
    browser().findElement(By.id("language")).click();
    assertEquals("Answer", text("output-title"));
  }

  /** Every text is there in both languages, and Chinese ones aren't English. */
  @Test
  void leavesNothingUntranslated() {
    visit(digits);
    assertEquals(
        List.of(),
        browser()
            .executeScript(
                "return Object.keys(TEXTS.en).filter("
                    + "k => !/\\p{Script=Han}/u.test(String(TEXTS.zh[k])))"));
    assertEquals(
        true,
        browser()
            .executeScript("return Object.keys(TEXTS.en).join() === Object.keys(TEXTS.zh).join()"));
  }

  @Test
  void speaksTheBrowsersLanguage() {
    ChromeDriver english = browser();
    open = browser(find("chromedriver").orElseThrow(), "zh-CN");
    try {
      visit(digits);
      assertEquals("识别结果", text("output-title"));
      assertEquals("English", text("language"));
    } finally {
      browser().quit();
      open = english;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {320, 390, 1400})
  void fitsTheScreen(int width) {
    narrow(width);
    try {
      visit(digits);
      assertEquals(
          List.of(true, (long) width),
          browser()
              .executeScript(
                  "return [document.documentElement.scrollWidth <= innerWidth, innerWidth]"));
      for (WebElement button : browser().findElements(By.tagName("button"))) {
        assertTrue(button.getSize().getHeight() >= 44, "large enough for a finger");
      }
    } finally {
      wide();
    }
  }

  @Test
  void asksNoForeignHost() throws Exception {
    visit(photos);
    choose(TestServer.picture(1), "b.png");
    await(() -> answers().size() == 5);
    assertEquals(
        true,
        browser()
            .executeScript(
                "return performance.getEntriesByType('resource').length >= 4"
                    + " && performance.getEntriesByType('resource').every("
                    + "e => e.name.startsWith(location.origin) || e.name.startsWith('blob:'))"));
  }
}
